"""When a timer fires: NCRONTAB with seconds first, or a TimeSpan. All times are UTC."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Protocol

from shared.core.errors import BadInput
from shared.core.timers.time_span import parse_span
from shared.core.wording import counted

_MONTHS = tuple(name.upper() for name in calendar.month_name[1:])
_DAYS = ("SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")
# Leap days on a given weekday can be 40 years apart (a century that is no leap year lies between).
_HORIZON_DAYS = 366 * 41
_WITH_SECONDS = 6


class Schedule(Protocol):
    """Decides when a timer fires."""

    def next(self, after: datetime) -> datetime:
        """The first moment later than `after`."""
        ...


@dataclass(frozen=True, slots=True)
class Every:
    """Fires at a fixed interval."""

    seconds: float

    def next(self, after: datetime) -> datetime:
        """One interval later."""
        return after + timedelta(seconds=self.seconds)


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()


_FIELDS = (
    _Field("second", 0, 59),
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of week", 0, 6, _DAYS),
)


@dataclass(frozen=True, slots=True)
class Crontab:
    """An NCRONTAB expression; a day must match day of month *and* day of week, as in Azure Functions."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    def next(self, after: datetime) -> datetime:
        """The first matching second later than `after`; BadInput when there is none in 41 years."""
        first = after.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
        for offset in range(_HORIZON_DAYS):
            day = (first + timedelta(days=offset)).date()
            if day.day not in self.days or day.month not in self.months or day.isoweekday() % 7 not in self.weekdays:
                continue
            moment = self._time(first.time() if offset == 0 else time.min)
            if moment is not None:
                return datetime.combine(day, moment, UTC)
        raise BadInput("The schedule never fires: the calendar has no such day.")

    def _time(self, earliest: time) -> time | None:
        for hour in (hour for hour in self.hours if hour >= earliest.hour):
            for minute in self.minutes:
                for second in self.seconds:
                    moment = time(hour, minute, second)
                    if moment >= earliest:
                        return moment
        return None


def parse_schedule(text: str) -> Schedule:
    """The schedule in the text; BadInput names the field that cannot be read."""
    span = parse_span(text)
    if span is not None:
        if span <= 0:
            raise BadInput(f"Schedule {text!r} is not positive; accepted: more than 00:00:00.")
        return Every(span)
    parts = text.split()
    if len(parts) == _WITH_SECONDS - 1:
        parts = ["0", *parts]
    if len(parts) != _WITH_SECONDS:
        accepted = "'{second} {minute} {hour} {day} {month} {day of week}', or a time such as 00:05:00"
        raise BadInput(f"Schedule {text!r} has {counted(len(parts), 'field')}; accepted: {accepted}.")
    second, minute, hour, day, month, weekday = map(_values, _FIELDS, parts)
    crontab = Crontab(tuple(sorted(second)), tuple(sorted(minute)), tuple(sorted(hour)), day, month, weekday)
    crontab.next(datetime.now(UTC))
    return crontab


def _values(field: _Field, text: str) -> frozenset[int]:
    return frozenset(value for part in text.split(",") for value in _range(field, part))


def _range(field: _Field, text: str) -> range:
    body, slash, step = text.partition("/")
    every = _step(field, step) if slash else 1
    if body == "*":
        return range(field.low, field.high + 1, every)
    first, dash, last = body.partition("-")
    low = _value(field, first)
    high = _value(field, last) if dash else field.high if slash else low
    if high < low:
        raise BadInput(f"Range {body!r} of field {field.name} runs backwards; accepted: two ranges with a comma.")
    return range(low, high + 1, every)


def _step(field: _Field, text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise BadInput(f"Step {text!r} of field {field.name} is no whole number of at least 1.")
    return int(text)


def _value(field: _Field, text: str) -> int:
    if text.isdecimal() and field.low <= int(text) <= field.high:
        return int(text)
    named = [field.low + place for place, name in enumerate(field.names) if text and name.startswith(text.upper())]
    if not named:
        names = f", or {field.names[0]} to {field.names[-1]} or their first letters" if field.names else ""
        raise BadInput(f"{text!r} is no {field.name}; accepted: {field.low} to {field.high}{names}.")
    return named[0]
