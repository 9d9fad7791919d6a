"""Hypothesis draws any order of calls: ledgers in SQL and in memory answer alike, and a model tells of windows."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from memory.history import MemoryHistory
from memory.ledger import MemoryLedger
from memory.ports import memory_ports
from memory.store import Memory
from sampling import examples
from simulated.endings import shown_rows
from simulated.engine import Jobs
from simulated.installations import trained_here
from world import POINTS, Clock, blob_event, points_csv

from shared import dispatch, due_work
from shared.adapters.sql.database import open_database
from shared.adapters.sql.ledger.history import SqlHistory
from shared.adapters.sql.ledger.ledger import SqlLedger
from shared.core.claims import CLAIM_TTL
from shared.core.errors import Fault
from shared.core.ledger import Claim, Entry
from shared.prediction.window import WindowState

KEYS = st.sampled_from(["a", "b", "c"])
NOTES = st.sampled_from(["queued", "waiting", "ignored", "superseded", "requested"])
ENDINGS = st.sampled_from(["done", "waiting", "failed"])


class Ledgers(RuleBasedStateMachine):
    """Two owners on a ledger in SQLite, and two on one in memory: whatever is asked, both answer the same."""

    def __init__(self) -> None:
        super().__init__()
        self._folder, self._clock, memory = tempfile.TemporaryDirectory(), Clock(), Memory()
        self._engine = open_database(f"sqlite:///{Path(self._folder.name)}/state.db")
        self._pairs = [(SqlLedger(self._engine, self._clock, n), MemoryLedger(memory, self._clock, n)) for n in "xy"]
        self._histories = SqlHistory(self._engine), MemoryHistory(memory)
        self._claims: list[tuple[Claim, Claim]] = []

    def teardown(self) -> None:
        """Let go of the database."""
        self._engine.dispose()
        self._folder.cleanup()

    @rule(owner=st.integers(0, 1), key=KEYS, minutes=st.sampled_from([0, 1, 10]))
    def claim(self, owner: int, key: str, minutes: int) -> None:
        """Of the same key both give a claim, or the same entry that blocks it."""
        ttl = timedelta(minutes=minutes)
        one, other = (ledger.claim("blob", key, ttl, f"message {key}") for ledger in self._pairs[owner])
        if isinstance(one, Claim) and isinstance(other, Claim):
            assert (one.attempt, one.expires) == (other.attempt, other.expires)
            self._claims.append((one, other))
        else:
            assert (isinstance(one, Entry), one) == (isinstance(other, Entry), other)

    @precondition(lambda self: self._claims)
    @rule(data=st.data(), ending=ENDINGS, gives_back=st.booleans(), counts=st.booleans())
    def end(self, data: st.DataObject, ending: str, *, gives_back: bool, counts: bool) -> None:
        """A claim that was given is finished or released, also a second time, or when it has been taken over."""
        told = []
        for ledger, claim in zip(self._pairs[0], data.draw(st.sampled_from(self._claims)), strict=True):
            try:
                if gives_back:
                    ledger.release(claim, "later", counts=counts)
                else:
                    ledger.finish(claim, ending, "so", {"facts": 1})
                told.append("")
            except Fault as fault:
                told.append(fault.reason)
        assert told[0] == told[1]

    @rule(owner=st.integers(0, 1), key=KEYS, state=NOTES)
    def note(self, owner: int, key: str, state: str) -> None:
        """A state without a claim."""
        for ledger in self._pairs[owner]:
            ledger.note("blob", key, state, f"it is {state}")

    @rule(owner=st.integers(0, 1), most=st.integers(0, 3))
    def queue(self, owner: int, most: int) -> None:
        """The same keys find room."""
        lost = self._clock.now - timedelta(minutes=15)
        one, other = (ledger.queue("blob", ["a", "b", "c"], most, lost) for ledger in self._pairs[owner])
        assert one == other

    @rule(owner=st.integers(0, 1))
    def abandon(self, owner: int) -> None:
        """A host starts anew."""
        one, other = (ledger.abandon("started anew") for ledger in self._pairs[owner])
        assert one == other

    @rule(minutes=st.sampled_from([1, 5, 20]))
    def wait(self, minutes: int) -> None:
        """Time passes."""
        self._clock.advance(minutes=minutes)

    @invariant()
    def they_tell_the_same(self) -> None:
        """Every line, every entry, and what is stuck."""
        one, other = self._histories
        assert one.entries() == other.entries()
        assert [one.find("blob", key) for key in "abc"] == [other.find("blob", key) for key in "abc"]
        assert one.stuck(self._clock.now) == other.stuck(self._clock.now)


class Drops(RuleBasedStateMachine):
    """Files to predict land, again and in newer versions; the model knows only what stands in each, newest."""

    def __init__(self) -> None:
        super().__init__()
        self._clock = Clock()
        self.ports = trained_here(
            memory_ports(Memory(), {"APPROVALS": "none"}, {POINTS.name: POINTS}, self._clock), Jobs()
        )
        self._events: list[str] = []
        self._windows: list[str] = []
        self._model: dict[str, int] = {}
        self._land("incoming/points/d/points.csv", points_csv(120))
        self.everything_is_done()

    def _land(self, path: str, content: bytes) -> None:
        blob, _ = self.ports.core.lake.put(path, content, if_absent=False)
        self._events.append(blob_event(path, blob.etag, blob.size))

    @rule(drop=st.integers(0, 2), rows=st.integers(0, 4))
    def land(self, drop: int, rows: int) -> None:
        """A file of so many rows, or one that breaks the contract; equal numbers are equal bytes."""
        bad = b"id,x,color\n1,many,red\n"
        content = points_csv(rows, seed=rows, labelled=False, first=100 * drop) if rows else bad
        self._model[f"s{drop}"] = rows
        self._land(f"scoring/points/s{drop}/points.csv", content)

    @precondition(lambda self: self._events)
    @rule(data=st.data(), keeps=st.booleans())
    def deliver(self, data: st.DataObject, *, keeps: bool) -> None:
        """Any event, which may come again."""
        event = data.draw(st.sampled_from(self._events))
        if not keeps:
            self._events.remove(event)
        self._windows += dispatch.on_data_event(self.ports, event).windows

    @precondition(lambda self: self._windows)
    @rule(data=st.data(), keeps=st.booleans())
    def score(self, data: st.DataObject, *, keeps: bool) -> None:
        """Any window, which may come again."""
        window = data.draw(st.sampled_from(self._windows))
        if not keeps:
            self._windows.remove(window)
        dispatch.on_window(self.ports, window)

    @rule()
    def lose_everything(self) -> None:
        """The queues are gone."""
        self._events, self._windows = [], []

    @rule()
    def everything_is_done(self) -> None:
        """Sweeps find what is left; then reports show the newest version of each file, once."""
        for _ in range(3):
            self._clock.advance(seconds=2 * CLAIM_TTL.total_seconds())
            waiting = [*self._events, *due_work.sweep(self.ports)]
            self._events = []
            for event in waiting:
                self._windows += dispatch.on_event(self.ports, event)
            for window in [*self._windows, *due_work.plan(self.ports)]:
                dispatch.on_window(self.ports, window)
            self._windows = []
            dispatch.publish_and_alert(self.ports)
        shown, wanted = shown_rows(self.ports), {drop: rows for drop, rows in self._model.items() if rows}
        assert {drop: shown[drop] for drop in wanted} == wanted

    @invariant()
    def an_input_has_one_window(self) -> None:
        """But one that was set aside, or that is predicted again on purpose."""
        windows = self.ports.prediction.windows.list("points")
        open_ = [name for one in windows if one.state != WindowState.QUARANTINED for name in one.inputs]
        assert len(open_) == len(set(open_))
        assert [one.ordinal for one in windows] == list(range(1, len(windows) + 1))


_SETTINGS = settings(max_examples=examples(24), stateful_step_count=20, deadline=None, database=None, derandomize=True)
TestLedgers = Ledgers.TestCase
TestLedgers.settings = _SETTINGS
TestDrops = Drops.TestCase
TestDrops.settings = _SETTINGS
