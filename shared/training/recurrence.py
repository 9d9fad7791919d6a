"""A recurrence: every so many minutes, hours, days, weeks or months, and when an occurrence is due, in UTC."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.core.errors import BadInput

# The longest interval of each: about 16 months.
LARGEST = {"Minute": 72_000, "Hour": 12_000, "Day": 500, "Week": 71, "Month": 16}
FREQUENCIES = tuple(LARGEST)
YEARS = (2000, 2100)
_STEPS = {
    "Minute": timedelta(minutes=1),
    "Hour": timedelta(hours=1),
    "Day": timedelta(days=1),
    "Week": timedelta(weeks=1),
}
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Every `interval` times `frequency`; BadInput names the words and numbers that are accepted.

    Occurrences are counted from a start, number 0 is the start itself. Months keep the start's day, or end on their
    last one where they are shorter; the month after that has the start's day again.
    """

    frequency: str
    interval: int

    def __post_init__(self) -> None:
        if self.frequency not in FREQUENCIES:
            accepted = ", ".join(FREQUENCIES)
            frequency = repr(self.frequency)[:40]
            raise BadInput(f"Recurrence {frequency} is not known; accepted: {accepted}, with an interval.")
        most = LARGEST[self.frequency]
        if type(self.interval) is not int or not 1 <= self.interval <= most:
            interval = repr(self.interval)[:40]
            raise BadInput(f"An interval of {interval} is not possible; accepted with {self.frequency}: 1 to {most}.")

    @property
    def words(self) -> str:
        """`every hour`, `every 2 weeks`."""
        unit = self.frequency.lower()
        return f"every {unit}" if self.interval == 1 else f"every {self.interval} {unit}s"

    def occurrence(self, start: datetime, number: int) -> datetime:
        """When that occurrence is due."""
        if self.frequency in _STEPS:
            return start + number * self._step
        months = start.month - 1 + number * self.interval
        year, month = start.year + months // 12, months % 12 + 1
        return start.replace(year=year, month=month, day=min(start.day, monthrange(year, month)[1]))

    def number_from(self, start: datetime, instant: datetime) -> int:
        """The number of the first occurrence that is not before `instant`."""
        if instant <= start:
            return 0
        if self.frequency in _STEPS:
            return -((start - instant) // self._step)
        months = (instant.year - start.year) * 12 + instant.month - start.month
        number = -(-months // self.interval)
        return number + (self.occurrence(start, number) < instant)

    def first_from(self, start: datetime, instant: datetime) -> datetime:
        """The first occurrence that is not before `instant`."""
        return self.occurrence(start, self.number_from(start, instant))

    def next_after(self, start: datetime, instant: datetime) -> datetime:
        """The first occurrence after `instant`."""
        return self.first_from(start, instant + _INSTANT)

    def passed(self, start: datetime, due: datetime, now: datetime) -> int:
        """How many occurrences after the due one have passed by `now`."""
        return max(0, self.number_from(start, now + _INSTANT) - self.number_from(start, due) - 1)

    @property
    def _step(self) -> timedelta:
        return self.interval * _STEPS[self.frequency]


def read_start(value: Any) -> datetime:
    """An instant in ISO 8601 that says UTC, to the second; BadInput for anything else."""
    try:
        start = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        start = None
    first, last = YEARS
    if start is None or start.utcoffset() != timedelta(0) or start.microsecond or not first <= start.year < last:
        accepted = f"ISO 8601 in UTC, to the second, of the years {first} to {last - 1}, such as 2026-03-01T06:00:00Z"
        raise BadInput(f"StartTime is {repr(value)[:40]}; accepted: {accepted}.")
    return start.astimezone(UTC)
