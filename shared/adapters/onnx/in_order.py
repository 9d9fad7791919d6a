"""Work on items by several threads: they are read one after the other, and results are given on in the items' order.

Whoever is free does what is possible: give on a result, else read an item and work on it. So an item stays with the
processor that read it, and no thread only reads or only writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextvars import copy_context
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Literal

# How many items for each thread are read from the one on whose result is given on next.
AHEAD = 3


def work_in_order[Item, Result](
    items: Iterable[Item], work: Callable[[Item], Result], give: Callable[[Result], None], workers: int
) -> None:
    """Give on the result of every item; the first failure is raised when no thread works any more.

    A result is given on when AHEAD items per thread are read, itself among them, or all: so it does not depend on how
    fast a thread is whether an item that cannot be read or one that cannot be worked on is told.
    """
    turns = _Turns(iter(items), work, give, AHEAD * workers)
    threads = [Thread(target=copy_context().run, args=(turns.run,), name=f"score-{n}") for n in range(1, workers)]
    for thread in threads:
        thread.start()
    turns.run()
    for thread in threads:
        thread.join()
    if turns.failure is not None:
        raise turns.failure


@dataclass(frozen=True, slots=True)
class _Failed:
    """Instead of the result of an item that cannot be worked on."""

    why: BaseException


class _Turns[Item, Result]:
    """What the threads share: changed under `_changed`, while the work is done outside of it."""

    def __init__(
        self, items: Iterator[Item], work: Callable[[Item], Result], give: Callable[[Result], None], ahead: int
    ) -> None:
        self.failure: BaseException | None = None
        self._items, self._work, self._give, self._ahead = items, work, give, ahead
        self._changed = Condition()
        self._done: dict[int, Result | _Failed] = {}
        self._taken = self._given = 0
        self._is_taking = self._is_giving = self._is_read = False

    def run(self) -> None:
        """Do what is possible until nothing is left or something failed."""
        try:
            while (turn := self._turn()) != "end":
                if turn == "give":
                    self._give_one()
                else:
                    self._take_one()
        except BaseException as failure:  # noqa: BLE001 - told to the caller, whose thread may be another one
            with self._changed:
                self.failure = self.failure or failure
                self._changed.notify_all()

    def _turn(self) -> Literal["give", "take", "end"]:
        with self._changed:
            while True:
                behind = self._taken - self._given
                if self.failure is not None or (self._is_read and not behind):
                    return "end"
                if self._given in self._done and not self._is_giving and (self._is_read or behind >= self._ahead):
                    self._is_giving = True
                    return "give"
                if not (self._is_read or self._is_taking) and behind < self._ahead:
                    self._is_taking = True
                    return "take"
                self._changed.wait()

    def _take_one(self) -> None:
        item = next(self._items, self)
        with self._changed:
            self._is_taking = False
            number, self._is_read = self._taken, item is self
            self._taken += not self._is_read
            self._changed.notify_all()
        if not isinstance(item, _Turns):
            self._finish(number, self._worked(item))

    def _worked(self, item: Item) -> Result | _Failed:
        try:
            return self._work(item)
        except BaseException as failure:  # noqa: BLE001 - raised when it is this item's turn
            return _Failed(failure)

    def _finish(self, number: int, result: Result | _Failed) -> None:
        with self._changed:
            self._done[number] = result
            self._changed.notify_all()

    def _give_one(self) -> None:
        result = self._done.pop(self._given)
        if isinstance(result, _Failed):
            raise result.why
        self._give(result)
        with self._changed:
            self._given += 1
            self._is_giving = False
            self._changed.notify_all()
