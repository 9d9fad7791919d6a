"""When timers fire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.core.errors import BadInput
from shared.core.timers.timer_schedules import parse_schedule


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        ("* * * * * *", "2027-01-01T00:00:00", "2027-01-01T00:00:01"),
        ("0 */5 * * * *", "2027-01-01T00:00:00", "2027-01-01T00:05:00"),
        ("0 */5 * * * *", "2027-01-01T00:04:59.5", "2027-01-01T00:05:00"),
        ("*/15 * * * * *", "2027-01-01T00:00:46", "2027-01-01T00:01:00"),
        ("30 5/20 * * * *", "2027-01-01T00:25:30", "2027-01-01T00:45:30"),
        ("0 0 9-17/4 * * *", "2027-01-01T13:00:00", "2027-01-01T17:00:00"),
        ("0 30 9 * * MON-FRI", "2027-01-01T10:00:00", "2027-01-04T09:30:00"),
        ("0 30 9 * * mon,Wednesday", "2027-01-04T09:30:00", "2027-01-06T09:30:00"),
        ("0 0 0 * * 0", "2027-01-01T00:00:00", "2027-01-03T00:00:00"),
        ("0 0 0 1 JAN,jul *", "2027-01-01T00:00:00", "2027-07-01T00:00:00"),
        ("5,10 1 2 3 4 *", "2027-04-03T02:01:05", "2027-04-03T02:01:10"),
        ("0 0 0 29 2 *", "2027-01-01T00:00:00", "2028-02-29T00:00:00"),
        ("0 0 0 31 * *", "2027-04-01T00:00:00", "2027-05-31T00:00:00"),
        # Day of month and day of week must both match, other than in classic cron.
        ("0 0 0 13 * FRI", "2027-01-01T00:00:00", "2027-08-13T00:00:00"),
        ("0 0 0 1 1 *", "2027-12-31T23:59:59", "2028-01-01T00:00:00"),
        # Five fields: no seconds.
        ("*/10 * * * *", "2027-01-01T00:01:00", "2027-01-01T00:10:00"),
        ("00:00:05", "2027-01-01T00:00:03", "2027-01-01T00:00:08"),
        ("1.00:00:00", "2027-01-01T00:00:03", "2027-01-02T00:00:03"),
    ],
)
def test_the_next_moment_is_the_first_that_matches(schedule: str, after: str, expected: str) -> None:
    """Seconds come first; ranges, steps, lists and names are understood."""
    assert parse_schedule(schedule).next(_utc(after)) == _utc(expected)


@pytest.mark.fault(49)
def test_clock_changes_of_any_country_play_no_role() -> None:
    """A daily timer fires every 24 hours around the European change to summer time, whatever zone it is asked in."""
    schedule = parse_schedule("0 30 1 * * *")
    moments = [schedule.next(datetime(2027, 3, 27, 12, tzinfo=timezone(timedelta(hours=1))))]
    moments += [schedule.next(moments[0])]
    moments += [schedule.next(moments[1])]
    assert moments == [_utc("2027-03-28T01:30:00"), _utc("2027-03-29T01:30:00"), _utc("2027-03-30T01:30:00")]


@pytest.mark.parametrize(
    ("schedule", "told"),
    [
        ("60 * * * * *", "'60' is no second; accepted: 0 to 59"),
        ("0 0 0 0 * *", "'0' is no day; accepted: 1 to 31"),
        ("0 0 0 * * 7", "'7' is no day of week; accepted: 0 to 6"),
        ("0 0 0 * FOO *", "'FOO' is no month"),
        ("*/0 * * * * *", "Step '0' of field second"),
        ("*/x * * * * *", "Step 'x' of field second"),
        ("0 0 0 * * FRI-MON", "runs backwards"),
        ("0,, * * * * *", "'' is no second"),
        ("@daily", "has 1 field"),
        ("", "has 0 fields"),
        ("0 0 0 30 2 *", "never fires"),
        ("00:00:00", "is not positive"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused_with_the_field(schedule: str, told: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(BadInput, match=r"accepted|never|no time|Step") as caught:
        parse_schedule(schedule)
    assert told in str(caught.value)
