"""When something that recurs is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import examples

from shared.core.errors import BadInput
from shared.training.recurrence import FREQUENCIES, LARGEST, Recurrence, read_start

INSTANTS = st.integers(0, 3_100_000_000).map(
    lambda second: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
)
RECURRENCES = st.sampled_from(FREQUENCIES).flatmap(
    lambda word: st.integers(1, LARGEST[word]).map(lambda interval: Recurrence(word, interval))
)
EASILY = settings(max_examples=examples(60), deadline=None, database=None, derandomize=True)


def at(text: str) -> datetime:
    """A time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def dues(word: str, interval: int, start: str, count: int) -> list[str]:
    """The first occurrences."""
    recurrence = Recurrence(word, interval)
    return [recurrence.occurrence(at(start), number).isoformat()[:16] for number in range(count)]


@pytest.mark.fault(50)
def test_months_keep_their_day_and_end_on_the_last_one_where_they_are_shorter() -> None:
    """Counted from the start each time: February's 28th does not become everybody's."""
    assert dues("Month", 1, "2026-01-31T06:00", 5) == [
        "2026-01-31T06:00", "2026-02-28T06:00", "2026-03-31T06:00", "2026-04-30T06:00", "2026-05-31T06:00",
    ]  # fmt: skip
    assert dues("Month", 12, "2024-02-29T00:00", 5)[1:] == [
        "2025-02-28T00:00", "2026-02-28T00:00", "2027-02-28T00:00", "2028-02-29T00:00",
    ]  # fmt: skip
    assert dues("Month", 5, "2026-10-30T00:00", 3) == ["2026-10-30T00:00", "2027-03-30T00:00", "2027-08-30T00:00"]


@pytest.mark.parametrize(
    ("word", "second"),
    [("Minute", "2026-03-01T12:03"), ("Hour", "2026-03-01T15:00"), ("Day", "2026-03-04T12:00"),
     ("Week", "2026-03-22T12:00"), ("Month", "2026-06-01T12:00")],
)  # fmt: skip
def test_each_word_means_its_time(word: str, second: str) -> None:
    """Three of them after the start."""
    assert dues(word, 3, "2026-03-01T12:00", 2)[1] == second


@EASILY
@given(RECURRENCES, INSTANTS, INSTANTS)
def test_the_first_from_an_instant_is_the_first(recurrence: Recurrence, start: datetime, instant: datetime) -> None:
    """Not before it, and the one before that is; the next after an occurrence is the following one."""
    number = recurrence.number_from(start, instant)
    found = recurrence.occurrence(start, number)
    assert found == recurrence.first_from(start, instant) >= instant
    assert number == 0 or recurrence.occurrence(start, number - 1) < instant
    assert recurrence.next_after(start, found) == recurrence.occurrence(start, number + 1) > found


@EASILY
@given(RECURRENCES, INSTANTS, st.integers(0, 50), st.integers(0, 50))
def test_what_passed_is_counted(recurrence: Recurrence, start: datetime, number: int, more: int) -> None:
    """The one that is due is not among them; at the very moment of an occurrence that one is."""
    due, now = recurrence.occurrence(start, number), recurrence.occurrence(start, number + more)
    assert recurrence.passed(start, due, now) == more
    assert recurrence.passed(start, due, now - timedelta(microseconds=1)) == max(0, more - 1)


@pytest.mark.parametrize("word", ["Hourly", "weekly", "week", "Weeks", "Year", "", None, 5, ["Week"], "Week " * 50])
def test_any_other_word_is_refused_with_the_words_that_are_not(word: Any) -> None:
    """The well-known wrong one among them."""
    with pytest.raises(BadInput, match="is not known; accepted: Minute, Hour, Day, Week, Month") as told:
        Recurrence(word, 1)
    assert len(told.value.reason) < 160


@pytest.mark.parametrize("interval", [0, -1, 72, 10**30, True, 1.0, "1", None])
def test_an_interval_is_a_number_within_bounds(interval: Any) -> None:
    """The sentence names the bounds of the word; the bounds themselves are accepted."""
    with pytest.raises(BadInput, match="is not possible; accepted with Week: 1 to 71"):
        Recurrence("Week", interval)
    assert Recurrence("Week", 71).interval == 71


@pytest.mark.parametrize(
    "value",
    ["", "soon", "2026-03-01T06:00:00", "2026-03-01T06:00:00+01:00", "2026-03-01T06:00:00.5Z", "1999-12-31T00:00:00Z",
     "2100-01-01T00:00:00Z", 5, None, True, ["2026-03-01T06:00:00Z"]],
)  # fmt: skip
def test_a_start_says_utc(value: Any) -> None:
    """A time without a zone is anybody's; one of the far future has no place in arithmetic."""
    with pytest.raises(BadInput, match=r"StartTime is .*; accepted: ISO 8601 in UTC"):
        read_start(value)


def test_a_start_may_be_written_in_both_ways() -> None:
    """Z and +00:00 are the same."""
    assert read_start("2026-03-01T06:00:00Z") == read_start("2026-03-01T06:00:00+00:00") == at("2026-03-01T06:00")
