"""A clock that is moved by hand and a scripted worker, for tests of the host's parts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from simulated.virtual_time import VirtualLoop
from world import Clock

from local.host.database import HostDatabase
from local.host.invocations import Invocations
from local.host.protocol import Record
from local.host.queues.queue_store import QueueStore
from local.host.worker import Function, Outcome

START = 1_800_000_000.0
OK = Outcome(ok=True)
FAILED = Outcome(ok=False, error="on purpose", trace="line 1")


class HandClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: float = START) -> None:
        self.now = now

    def __call__(self) -> float:
        """The time."""
        return self.now

    def forward(self, seconds: float) -> None:
        """Move on."""
        self.now += seconds


class ScriptedWorker:
    """Runs nothing; answers with the test's outcomes and records its calls."""

    def __init__(
        self, *script: Outcome, then: Outcome = OK, during: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        self._script = list(script)
        self._then = then
        self._during = during
        self.asked: list[tuple[str, Record, Mapping[str, Record], tuple[int, int]]] = []

    async def invoke(
        self, function: Function, data: Record, metadata: Mapping[str, Record], retry: tuple[int, int] = (0, 0)
    ) -> Outcome:
        """Record the call and answer from the script."""
        self.asked.append((function.name, data, metadata, retry))
        if self._during:
            await self._during()
        return self._script.pop(0) if self._script else self._then


def function(name: str, kind: str, **trigger: Any) -> Function:
    """A declared function without a retry policy."""
    return Function(name, name, {"type": kind, "name": "argument", **trigger}, ())


def database(folder: Path) -> HostDatabase:
    """The host's memory in a folder."""
    return HostDatabase(folder / "host.db")


def queues(memory: HostDatabase, clock: Callable[[], float]) -> QueueStore:
    """The queues in that memory; changes wake no one."""
    return QueueStore(memory, clock, lambda: None)


def invocations(worker: ScriptedWorker, store: QueueStore, timeout: float = 60.0) -> Invocations:
    """Invocations of the scripted worker."""
    return Invocations(worker, store, timeout)


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine without threads and sockets in virtual time: how busy the machine is changes nothing."""
    asyncio.run(_bounded(work), loop_factory=lambda: VirtualLoop(Clock()))


def run_in_real_time(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine that waits for threads or sockets."""
    asyncio.run(_bounded(work))


async def _bounded(work: Coroutine[Any, Any, None]) -> None:
    """A test that hangs fails."""
    async with asyncio.timeout(300):
        await work


@contextmanager
def refusing_writes(memory: HostDatabase) -> Iterator[None]:
    """SQLite itself refuses every write, as on a full disk; reads go on."""
    memory.run("PRAGMA query_only = ON")
    try:
        yield
    finally:
        memory.run("PRAGMA query_only = OFF")
