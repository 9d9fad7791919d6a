"""A column of times: first, last, and how many differ; parts of a column merge."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from shared.adapters.profiling.numbers import NumberPart, describe_numbers
from shared.profiles.profile import ColumnProfile


@dataclass(frozen=True, slots=True)
class TimePart:
    """The times as whole numbers of `unit`."""

    numbers: NumberPart
    unit: pa.TimestampType

    def merge(self, other: TimePart, keep: int) -> TimePart:
        """Both parts together."""
        return TimePart(self.numbers.merge(other.numbers, keep), self.unit)

    def profile(self) -> ColumnProfile:
        """The column's profile; times in ISO 8601."""
        numbers = self.numbers.profile()
        first, last = ("" if value is None else self._text(int(value)) for value in (numbers.min, numbers.max))
        return ColumnProfile("time", numbers.count, numbers.nulls, numbers.distinct, first=first, last=last)

    def baseline_counts(self) -> None:
        """Times move on: no baseline judges them."""

    def _text(self, value: int) -> str:
        moment = pa.scalar(value, pa.int64()).cast(self.unit)
        try:
            return str(moment.as_py().isoformat())
        except (OverflowError, ValueError):
            # Python knows no year after 9999; Arrow does.
            return str(moment.cast(pa.string()).as_py())


def describe_times(column: pa.ChunkedArray) -> TimePart:
    """The column of timestamps."""
    return TimePart(describe_numbers(column.cast(pa.int64()), None), column.type)
