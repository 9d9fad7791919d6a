"""Short changes that wait at the same time share one transaction: the disk is waited for once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine

from shared.adapters.sql.connection.transactions import COUNTING, TURNS, WRITING, count, transaction, write

# A caller waits for the whole transaction, so that it stays short.
_MOST = 64


@dataclass(frozen=True, slots=True)
class Change[T]:
    """What to do in a transaction, which may happen again.

    `repeated` is asked before, in a transaction that does not wait for the disk: an answer of it is enough. When `work`
    happens again `repeated` is not asked.
    """

    work: Callable[[Connection], T]
    repeated: Callable[[Connection], T | None] | None = None


class SharedCommits:
    """Makes changes. Where writers take turns (SQLite), one caller makes those of all that wait meanwhile.

    Nobody waits for company: who is alone begins at once, and who comes meanwhile is in the next transaction. A server
    lets writers work beside each other and flushes for many at once by itself, so there each has its own transaction.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._shares = engine.get_execution_options().get(TURNS) is not None
        self._lock = Lock()
        self._waiting: list[_Call] = []
        self._led = False

    def make[T](self, change: Change[T]) -> T:
        """Return the change's answer once it is committed; a fault of another change is not told here."""
        if not self._shares:
            return self._alone(change)
        call = _Call(change)
        with self._lock:
            self._waiting.append(call)
            call.leads, self._led = not self._led, True
        if not call.leads:
            self._wait(call)
        if call.leads:
            self._lead()
        # What was tried together may be kept, and only its answer lost: that is no repeat, and work knows its own.
        answer: T = call.answer if call.answered else write(self._engine, change.work)
        return answer

    def _wait(self, call: _Call) -> None:
        try:
            call.wake.acquire()
        except BaseException:
            # Interrupted: nobody may wait for this caller.
            with self._lock:
                if call in self._waiting:
                    self._waiting.remove(call)
                leads = call.leads
            if leads:
                self._pass_on()
            raise

    def _lead(self) -> None:
        """Make the changes of all that wait, then let one of those that came meanwhile lead."""
        with self._lock:
            calls, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
        try:
            self._answer(calls)
        finally:
            self._pass_on()
            for call in calls:
                call.wake.release()

    def _pass_on(self) -> None:
        with self._lock:
            self._led = bool(self._waiting)
            for call in self._waiting[:1]:
                call.leads = True
                call.wake.release()

    def _answer(self, calls: Sequence[_Call]) -> None:
        if len(calls) == 1:
            calls[0].tell(self._alone(calls[0].change))
            return
        # What fails was not kept: each caller without an answer tries alone, and hears of its own fault only.
        with suppress(Exception):
            self._together([call for call in calls if call.change.repeated is not None], _repeated, COUNTING)
            self._together([call for call in calls if not call.answered], _work, WRITING)

    def _together(self, calls: Sequence[_Call], step: Callable[[_Call, Connection], Any], kind: str) -> None:
        if not calls:
            return
        answers = transaction(self._engine, lambda connection: [step(call, connection) for call in calls], kind)
        for call, answer in zip(calls, answers, strict=True):
            # Only work may have no answer.
            if answer is not None or kind == WRITING:
                call.tell(answer)

    def _alone[T](self, change: Change[T]) -> T:
        repeated = None if change.repeated is None else count(self._engine, change.repeated)
        return write(self._engine, change.work) if repeated is None else repeated


def _repeated(call: _Call, connection: Connection) -> Any:
    return call.change.repeated(connection) if call.change.repeated else None


def _work(call: _Call, connection: Connection) -> Any:
    return call.change.work(connection)


class _Call:
    """One caller: it is woken with an answer, as the next one to lead, or to try alone."""

    __slots__ = ("answer", "answered", "change", "leads", "wake")

    def __init__(self, change: Change[Any]) -> None:
        self.change = change
        # Held until somebody wakes the caller: cheaper than an event.
        self.wake = Lock()
        self.wake.acquire()
        self.leads = self.answered = False
        self.answer: Any = None

    def tell(self, answer: Any) -> None:
        """Keep the answer for the caller."""
        self.answer, self.answered = answer, True
