"""A process dies before or after any call, also between any two writes of the marks: the timers still find its work."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from memory.ports import memory_ports
from memory.store import Memory
from simulated.faults import Conditions, Died, Disks, Fate, Trouble
from world import POINTS, Clock, blob_event, points_csv

from shared import dispatch, due_work
from shared.core.ledger import ENDED, Kind
from shared.core.timers.work_mark import SETTLED_AFTER, rests
from shared.operations.idling import RECONCILE, fire
from shared.ports import Ports

PATH = "scoring/points/d1/points.csv"
MINUTE = timedelta(minutes=1)


class Mortal:
    """An installation in memory, whose processes may die at a call."""

    def __init__(self) -> None:
        self.memory, self.clock = Memory(), Clock()
        self.clock.now = self.clock.now.replace(hour=3)
        for _ in range(3):
            self.sweep(self.process())
            self.clock.now += SETTLED_AFTER

    def process(self, at: int = 0, *, afterwards: bool = False) -> Ports:
        """The ports of a new process, which dies at call number `at`; 0 for none that dies."""
        conditions = Conditions(Disks())
        ports = conditions.over(memory_ports(self.memory, {}, {POINTS.name: POINTS}, self.clock))
        self.fate = conditions.fate = Fate(Trouble("dies", at, afterwards, 0) if at else None)
        return ports

    def sweep(self, ports: Ports) -> list[str]:
        """The timer fires."""
        return fire(ports, RECONCILE, due_work.sweep_data, past_due=False)

    def rests(self) -> bool:
        """Whether the timer would open nothing now."""
        marks = self.process().core.marks
        return rests(marks.watch(RECONCILE), marks.current(), self.clock())

    def land(self, path: str) -> str:
        """A file, put there by somebody else; its event."""
        blob, _ = memory_ports(self.memory, {}, {POINTS.name: POINTS}, self.clock).core.lake.put(
            path, points_csv(3, labelled=False)
        )
        return blob_event(path, blob.etag, blob.size)

    def goes_on(self) -> bool:
        """Timers fire for an hour before the daily look, what they send is worked on; whether the file's work ended."""
        for _ in range(10):
            self.clock.now += 6 * MINUTE
            for message in self.sweep(self.process()):
                dispatch.on_data_event(self.process(), message)
            if self.has_ended():
                return True
        return False

    def has_ended(self) -> bool:
        """Whether the file's work has ended."""
        entries = self.process().operations.totals.in_states(ENDED, 10)
        return any(entry.kind == Kind.BLOB and entry.key.startswith(PATH) for entry in entries)


def calls(act: Callable[[], object], place: Mortal) -> int:
    """How many calls the work makes on its whole way."""
    act()
    return place.fate._seen


@pytest.mark.parametrize("afterwards", [False, True])
def test_a_worker_that_dies_anywhere_loses_nothing(*, afterwards: bool) -> None:
    """Of its event nobody tells again: what it began is under a mark that it set before."""

    def work(place: Mortal, at: int = 0) -> None:
        assert place.rests()
        event = place.land(PATH)
        dispatch.on_data_event(place.process(at, afterwards=afterwards), event)

    place = Mortal()
    count = calls(lambda: work(place), place)
    assert count > 8
    for at in range(1, count + 1):
        place = Mortal()
        with suppress(Died):
            work(place, at)
        begun = bool(place.process().core.history.entries())
        assert not (begun and place.rests()), f"call {at}: work was begun and the timer rests"
        assert place.goes_on() or not begun, f"call {at}: work was begun and lost"


@pytest.mark.parametrize("afterwards", [False, True])
def test_a_timer_that_dies_anywhere_looks_again(*, afterwards: bool) -> None:
    """Somebody wrote under a mark and the timer dies in its look, before or after it keeps its watch."""

    def work(place: Mortal, at: int = 0) -> None:
        place.process().core.lake.put("trials/probe", b"the mark is set")
        place.land(PATH)
        place.clock.now += SETTLED_AFTER
        place.sweep(place.process(at, afterwards=afterwards))

    place = Mortal()
    count = calls(lambda: work(place), place)
    assert count > 20
    for at in range(1, count + 1):
        place = Mortal()
        with suppress(Died):
            work(place, at)
        assert place.goes_on(), f"call {at}: what was written before the look was lost"


def test_whoever_writes_during_the_look_wakes_the_timer() -> None:
    """Its mark came after the one that the timer read: the watch names the older one."""
    place = Mortal()
    place.clock.now += timedelta(days=1)
    ports = place.process()

    def look_and_meanwhile(ports: Ports) -> list[str]:
        found = due_work.sweep_data(ports)
        place.process().core.lake.put("trials/probe", b"written after the sweep had looked")
        place.land(PATH)
        return found

    assert fire(ports, RECONCILE, look_and_meanwhile, past_due=False) == []
    assert not place.rests()
    assert place.goes_on()
