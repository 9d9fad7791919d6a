"""What the mark of work and the watches of timers promise, on every lake."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.adapters.files.folder_lake import FolderLake
from shared.adapters.lake.work_marks import LakeWorkMarks
from shared.adapters.work_marking import WorkMarking
from shared.core.errors import Transient
from shared.core.ports import Lake, WorkMarks
from shared.core.timers.work_mark import COUNTS_FOR, RENEW_AFTER, SETTLED_AFTER, Mark, Watch, has_settled, rests

# Not JSON, no object, another object, times without a zone, and numbers that are none.
FOREIGN = (
    b"",
    b"[]",
    b"\xff",
    b"[" * 100_000,
    b'{"at": "yesterday", "token": "a", "fired_at": 3}',
    b'{"at": "2026-03-01T12:00:00", "token": "a", "fired_at": "2026-03-01T12:00:00", "woke_at": "2026-03-01T12:00:00"}',
    b'{"fired_at": "2026-03-01T12:00:00Z", "woke_at": "2026-03-01T12:00:00Z", "given_up": Infinity}',
)
AT = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def marks(lake: Lake) -> WorkMarks:
    """The marks on that lake."""
    return LakeWorkMarks(lake)


class TestWorkMarks:
    """Port `WorkMarks`."""

    def test_the_last_mark_stands(self, marks: WorkMarks) -> None:
        """None before the first; each takes the place of the one before."""
        assert marks.current() is None
        for token in ("a", "b", "b", "c"):
            marks.set(Mark(token, AT))
            assert marks.current() == Mark(token, AT)

    def test_a_watch_is_kept_whole_under_its_name(self, marks: WorkMarks) -> None:
        """Also one of a scenario, and one that does not rest."""
        resting = Watch("monitor", AT, AT, "token", AT + timedelta(days=1), ("adult", "bank"), 3)
        awake = Watch("monitor/adult", AT, AT)
        for watch in (resting, awake):
            assert marks.watch(watch.name) is None
            marks.keep(watch)
        assert [marks.watch(watch.name) for watch in (resting, awake)] == [resting, awake]

    def test_a_watch_that_cannot_be_read_is_absent(self, lake: Lake, marks: WorkMarks) -> None:
        """Then its timer looks: damaged blobs cost time, never work."""
        for content in FOREIGN:
            lake.put("idle/timers/monitor.json", content, if_absent=False)
            assert marks.watch("monitor") is None

    def test_a_mark_that_cannot_be_read_counts_as_set_when_it_was_written(self, lake: Lake, marks: WorkMarks) -> None:
        """Somebody may be about to write under it; as an absent one it would have settled at once."""
        for content in FOREIGN:
            blob, _ = lake.put("idle/mark.json", content, if_absent=False)
            assert marks.current() == Mark(blob.etag, blob.modified)

    def test_a_watch_that_no_blob_can_be_named_after_is_absent(self, marks: WorkMarks) -> None:
        """A foreign watch may have asked for any name."""
        assert [marks.watch(name) for name in ("monitor/../../mark", "monitor/a\0")] == [None, None]


def test_work_waits_while_something_lies_in_the_place_of_the_mark(tmp_path: Path) -> None:
    """A folder of that name is nobody's bad input: the work is tried again when it is gone."""
    (tmp_path / "idle" / "mark.json").mkdir(parents=True)
    marks = LakeWorkMarks(FolderLake(tmp_path))
    with pytest.raises(Transient, match=r"'idle/mark\.json' cannot be stored"):
        marks.set(Mark("a", AT))
    assert marks.current() is None


class Away:
    """Marks of a store that can be away."""

    def __init__(self) -> None:
        self.found: list[Mark] = []
        self.away = False

    def set(self, mark: Mark) -> None:
        """Kept, or refused."""
        if self.away:
            raise Transient("The store is away.")
        self.found.append(mark)


def test_a_writer_sets_a_mark_a_minute_and_none_in_between() -> None:
    """Each with a token of its own; while the store is away the last one counts for ten minutes, then nobody writes."""
    marks, now = Away(), AT
    before_writing = WorkMarking(marks, lambda: now)  # type: ignore[arg-type] # it only sets
    for seconds in (0, 1, 59, 60, 61, 120):
        now = AT + timedelta(seconds=seconds)
        before_writing()
    assert [mark.at - AT for mark in marks.found] == [timedelta(), RENEW_AFTER, 2 * RENEW_AFTER]
    assert len({mark.token for mark in marks.found}) == 3
    marks.away = True
    now = marks.found[-1].at + COUNTS_FOR - timedelta(seconds=1)
    before_writing()
    now += timedelta(seconds=1)
    with pytest.raises(Transient):
        before_writing()


def test_a_new_process_that_cannot_set_a_mark_writes_nothing() -> None:
    """It does not know of any mark that covers its first write."""
    marks = Away()
    marks.away = True
    with pytest.raises(Transient):
        WorkMarking(marks, lambda: AT)()  # type: ignore[arg-type] # it only sets


def test_a_watch_rests_under_the_mark_it_saw_until_something_is_due() -> None:
    """Another mark, its time, or a look that found something wakes it."""
    watch = Watch("reconcile", AT, AT, "a", AT + timedelta(hours=1))
    assert rests(watch, Mark("a", AT), AT)
    assert not rests(watch, Mark("b", AT), AT)
    assert not rests(watch, None, AT)
    assert not rests(watch, Mark("a", AT), AT + timedelta(hours=1))
    assert not rests(Watch("reconcile", AT, AT), Mark("a", AT), AT)
    assert not rests(None, None, AT)
    assert rests(Watch("reconcile", AT, AT, "", AT + timedelta(hours=1)), None, AT)


def test_a_mark_settles_when_all_it_covers_is_written() -> None:
    """Twenty minutes: the ten it counts for, a transaction, and clocks that differ."""
    assert COUNTS_FOR + timedelta(minutes=10) <= SETTLED_AFTER
    assert not has_settled(Mark("a", AT), AT + SETTLED_AFTER - timedelta(seconds=1))
    assert not has_settled(Mark("a", AT), AT - timedelta(minutes=5))
    assert has_settled(Mark("a", AT), AT + SETTLED_AFTER)
    assert has_settled(None, AT)
