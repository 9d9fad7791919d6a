"""The longest repeat of one value in a column: what is known of some rows merges with what is known of the next."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from shared.adapters.profiling.distinct import estimate, hash_numbers, union
from shared.profiles.row_facts import Run

# Up to so many distinct values they are counted, more are estimated.
KEEP = 1 << 16


@dataclass(frozen=True, slots=True)
class Stretch:
    """So many equal values from this row (from 1) on; missing and infinite values make stretches of length 0."""

    length: int = 0
    row: int = 0
    value: float = np.nan

    def after(self, rows: int) -> Stretch:
        """The stretch where so many rows stand before it."""
        return replace(self, row=self.row + rows)

    def goes_on(self, other: Stretch) -> bool:
        """Whether both are one stretch when the other follows."""
        return bool(self.length and other.length and self.value == other.value)


@dataclass(frozen=True, slots=True)
class RunPart:
    """The stretches of some rows: the one that begins them, the one that ends them, and the first longest one."""

    rows: int = 0
    first: Stretch = Stretch()
    last: Stretch = Stretch()
    best: Stretch = Stretch()

    def merge(self, other: RunPart) -> RunPart:
        """These rows, and those of the other that follow them."""
        if not self.rows or not other.rows:
            return self if self.rows else other
        first, last, best = self.first, other.last.after(self.rows), [self.best, other.best.after(self.rows)]
        if self.last.goes_on(other.first):
            joined = replace(self.last, length=self.last.length + other.first.length)
            best.append(joined)
            first = joined if self.first.length == self.rows else first
            last = joined if other.first.length == other.rows else last
        return RunPart(self.rows + other.rows, first, last, max(best, key=lambda one: (one.length, -one.row)))


def run_part(values: np.ndarray) -> RunPart:
    """The stretches of these values (rows,) of floats."""
    if not len(values):
        return RunPart()
    # NaN differs from itself, so each missing value is a stretch of its own.
    starts = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1])))
    lengths = np.where(np.isfinite(values[starts]), np.diff(starts, append=len(values)), 0)

    def stretch(place: int) -> Stretch:
        return Stretch(int(lengths[place]), int(starts[place]) + 1, float(values[starts[place]]))

    return RunPart(len(values), stretch(0), stretch(-1), stretch(int(lengths.argmax())))


class LongestRun:
    """The longest stretch of equal values so far; NaN is a missing value, and ends one."""

    def __init__(self, keep: int = KEEP) -> None:
        self._keep = keep
        self._part = RunPart()
        self._values: np.ndarray = np.empty(0)
        self._sketch: np.ndarray | None = None

    def add(self, values: np.ndarray) -> None:
        """The values (rows,) of the rows that follow."""
        self._count(values[np.isfinite(values)])
        self._part = self._part.merge(run_part(values))

    def done(self) -> Run | None:
        """The first of the longest stretches; None without any value."""
        return longest(self._part, len(self._values) if self._sketch is None else estimate(self._sketch))

    def _count(self, values: np.ndarray) -> None:
        if self._sketch is not None:
            self._sketch = union(self._sketch, hash_numbers(values))
            return
        self._values = np.union1d(self._values, values)
        if len(self._values) > self._keep:
            self._sketch = hash_numbers(self._values)


def longest(part: RunPart, distinct: int) -> Run | None:
    """The first of the longest stretches, of a column of so many distinct values; None without any value."""
    best = part.best
    return Run(best.length, best.row, best.value, distinct) if best.length else None
