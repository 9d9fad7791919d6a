"""Timers that stopped are told: judged by their schedules from the heartfired."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.core.timers.late_timers import GRACE, Timers, fires_late, late_here, late_timers, read_timers

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "third"),
    [
        ("*/20 * * * * *", timedelta(minutes=1)),
        ("00:05:00", timedelta(minutes=15)),
        # After the firing on Monday come those of Tuesday, Wednesday and Thursday; the week-end makes none late.
        ("0 0 8 * * 1-5", timedelta(days=3)),
    ],
)
def test_a_timer_is_late_after_three_missed_firings(schedule: str, third: timedelta) -> None:
    """And not a second earlier, whatever its schedule."""
    timers = Timers({"reconcile": schedule})
    fired = {"reconcile": MONDAY}
    assert late_timers(timers, fired, MONDAY + third + GRACE) == []
    (late,) = late_timers(timers, fired, MONDAY + third + GRACE + timedelta(seconds=1))
    assert late.sentence == (
        f"The timer reconcile fired last at 2026-03-02 08:00:00 UTC; its schedule is {schedule!r}."
    )


def test_a_timer_that_never_fired_is_late_where_it_should_run() -> None:
    """It counts from the start of the app that runs it; an app that disables it says nothing."""
    schedules = {"PLAN_SCHEDULE": "0 */5 * * * *", "RECONCILE_SCHEDULE": "*/20 * * * * *"}
    disabled = {"AzureWebJobs.plan_windows.Disabled": "true", "AzureWebJobs.reconcile_releases.Disabled": "true"}
    timers = read_timers({**schedules, **disabled}, MONDAY)
    hours_later = MONDAY + timedelta(hours=2)
    assert late_here(timers, {}, MONDAY) == late_timers(timers, {}, hours_later) == []
    (late,) = late_here(timers, {}, hours_later)
    assert late.sentence == "The timer reconcile has never fired; its schedule is '*/20 * * * * *'."


def test_another_apps_late_timer_is_told_and_makes_this_app_no_worse() -> None:
    """The dashboard tells of every timer; a probe judges its own app."""
    timers = Timers({"monitor": "0 0 * * * *", "reconcile": "*/20 * * * * *"}, frozenset({"monitor"}), MONDAY)
    fired = {"reconcile": MONDAY - timedelta(days=1), "monitor": MONDAY}
    assert [late.name for late in late_timers(timers, fired, MONDAY)] == ["reconcile"]
    assert late_here(timers, fired, MONDAY) == []


def test_a_firing_is_late_a_minute_after_it_was_due() -> None:
    """Also of a timer that fires several times a minute, of which the host says nothing."""
    timers = Timers({"reconcile": "*/20 * * * * *", "monitor": "0 0 * * * *", "odd": "often"})
    for name, due in (("reconcile", timedelta(seconds=20)), ("monitor", timedelta(hours=1))):
        assert not fires_late(timers, name, MONDAY, MONDAY + due + timedelta(seconds=59))
        assert fires_late(timers, name, MONDAY, MONDAY + due + timedelta(seconds=60))
    never, far = None, MONDAY + timedelta(days=9)
    assert [fires_late(timers, name, never, far) for name in ("reconcile", "odd")] == [False, False]
    assert [fires_late(timers, name, MONDAY, far) for name in ("odd", "unknown")] == [False, False]


def test_a_schedule_that_cannot_be_read_is_not_judged() -> None:
    """The host names it when it indexes the function."""
    assert late_timers(Timers({"monitor": "often"}), {"monitor": MONDAY}, MONDAY + timedelta(days=9)) == []
