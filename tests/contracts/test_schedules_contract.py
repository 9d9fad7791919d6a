"""What every store of schedules promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from contracts.stores import Stores

from shared.training.options.run_options import RunOptions
from shared.training.schedule import Schedule

AT = datetime(2026, 3, 1, 12, 0, 0, 250, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEEKLY = Schedule("points", "weekly", "mine ä", "", "demo", "Week", 1, AT, "d" * 64, AT, AT)
Together = Callable[[list[Callable[[], object]]], list[object]]


class TestSchedules:
    """Port `Schedules`."""

    def test_a_schedule_comes_back_whole(self, stores: Stores) -> None:
        """By scenario and name, whose letters' case counts."""
        store = stores.make("schedules")
        assert store.add(WEEKLY) == WEEKLY == store.find("points", "weekly")
        other = store.add(replace(WEEKLY, scenario="pairs", created_at=AT - HOUR))
        assert (store.list(), store.list("pairs")) == ([other, WEEKLY], [other])
        asked = replace(WEEKLY, scenario="marks", options=RunOptions(("x",), minutes=1.5))
        assert store.add(asked) == asked
        assert store.change(asked, replace(asked, state="stopped", stopped_at=AT))
        assert store.find("marks", "weekly") == replace(asked, state="stopped", stopped_at=AT)
        assert (store.find("points", "Weekly"), store.find("pairs", "week"), store.list("prices")) == (None, None, [])

    def test_a_name_is_taken_once(self, stores: Stores, together: Together) -> None:
        """Of many at once one is kept, and all are told which."""
        store = stores.make("schedules")
        answers = together([lambda n=n: store.add(replace(WEEKLY, every=n)) for n in range(1, 5)])
        assert set(map(str, answers)) == {str(store.find("points", "weekly"))}

    def test_only_active_ones_are_due(self, stores: Stores) -> None:
        """At their very time, not before."""
        store = stores.make("schedules")
        store.add(WEEKLY)
        store.add(replace(WEEKLY, name="later", due=AT + HOUR))
        store.add(replace(WEEKLY, name="stopped", state="stopped", stopped_at=AT))
        assert store.list(due=AT - timedelta(microseconds=1)) == []
        assert store.list(due=AT) == [WEEKLY]
        assert [one.name for one in store.list(due=AT + HOUR)] == ["later", "weekly"]
        assert store.list("pairs", due=AT) == []

    def test_of_many_changes_one_is_made(self, stores: Stores, together: Together) -> None:
        """Only as it was seen; state and occurrence decide, everything else is kept as it was given."""
        store = stores.make("schedules")
        store.add(WEEKLY)
        moved = [replace(WEEKLY, due=AT + n * HOUR, last_due=AT, last_run=f"r{n}", reason="ä") for n in range(1, 5)]
        answers = together([lambda one=one: store.change(WEEKLY, one) for one in moved])
        assert sorted(map(bool, answers)) == [False, False, False, True]
        standing = store.find("points", "weekly")
        assert standing == moved[answers.index(True)]
        assert standing is not None
        assert not store.change(replace(standing, state="stopped"), replace(standing, reason="no"))
        stopped = replace(standing, state="stopped", stopped_at=AT + HOUR)
        assert store.change(standing, stopped)
        assert not store.change(standing, stopped)
        assert store.find("points", "weekly") == stopped
        assert not store.change(replace(WEEKLY, name="none"), WEEKLY)
