"""Writes of the host's state that come in one turn of its loop are one transaction: they wait for the disk once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import Any, Protocol


class Transactions(Protocol):
    """Begins transactions: the host's database."""

    def transaction(self) -> AbstractContextManager[None]:
        """One that is on the disk when it ends."""
        ...

    def repeatable(self) -> AbstractContextManager[None]:
        """One that does not wait for the disk."""
        ...


@dataclass(frozen=True, slots=True)
class _Write:
    work: Callable[[], Any]
    repeatable: bool
    told: asyncio.Future[Any]


class TurnWrites:
    """Makes the writes of a turn together. Who asks hears when its own write is kept; a fault is told to its own only.

    While the disk is waited for, functions go on in their threads: what they send meanwhile is in the next transaction.
    """

    def __init__(self, database: Transactions) -> None:
        self._database = database
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: list[_Write] = []

    async def make[Result](self, work: Callable[[], Result], *, repeatable: bool = False) -> Result:
        """Return what `work` returns once it is kept; `repeatable` work may happen again after a power failure."""
        loop = asyncio.get_running_loop()
        if not self._waiting or self._loop is not loop:
            # What a loop left that has ended, nobody waits for.
            self._loop, self._waiting = loop, []
            loop.call_soon(self._make_all)
        write = _Write(work, repeatable, loop.create_future())
        self._waiting.append(write)
        answer: Result = await write.told
        return answer

    def _make_all(self) -> None:
        writes, self._waiting = self._waiting, []
        # Whoever was cancelled meanwhile is gone.
        alive = [write for write in writes if not write.told.done()]
        with suppress(Exception):
            for write, answer in zip(alive, self._together(alive), strict=True):
                write.told.set_result(answer)
        # Nothing of a transaction that failed was kept.
        for write in alive:
            if not write.told.done():
                self._alone(write)

    def _together(self, writes: Sequence[_Write]) -> list[Any]:
        relaxed = all(write.repeatable for write in writes)
        with self._database.repeatable() if relaxed else self._database.transaction():
            return [write.work() for write in writes]

    def _alone(self, write: _Write) -> None:
        try:
            (answer,) = self._together([write])
        except Exception as error:  # noqa: BLE001 -- whoever asked hears of it
            write.told.set_exception(error)
        else:
            write.told.set_result(answer)
