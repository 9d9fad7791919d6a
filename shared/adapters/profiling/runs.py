"""The longest repeat of one value in a column that comes block by block."""

from __future__ import annotations

import numpy as np

from shared.adapters.profiling.distinct import estimate, hash_numbers, union
from shared.profiles.row_facts import Run

# Up to so many distinct values they are counted, more are estimated.
KEEP = 1 << 16


class LongestRun:
    """The longest stretch of equal values so far; NaN is a missing value, and ends one."""

    def __init__(self, keep: int = KEEP) -> None:
        self._keep = keep
        self._best = (0, 0, 0.0)
        self._open = (0, 0, np.nan)
        self._rows = 0
        self._values: np.ndarray = np.empty(0)
        self._sketch: np.ndarray | None = None

    def add(self, values: np.ndarray) -> None:
        """The values (rows,) of the rows that follow."""
        known = np.isfinite(values)
        self._count(values[known])
        starts = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1]))) if len(values) else ()
        if len(starts):
            self._stretches(values, known, np.asarray(starts))
        self._rows += len(values)

    def done(self) -> Run | None:
        """The first of the longest stretches; None without any value."""
        length, row, value = max(self._best, self._open, key=lambda one: (one[0], -one[1]))
        distinct = len(self._values) if self._sketch is None else estimate(self._sketch)
        return Run(length, row, value, distinct) if length else None

    def _stretches(self, values: np.ndarray, known: np.ndarray, starts: np.ndarray) -> None:
        # NaN differs from itself, so each missing value is a stretch of its own.
        lengths = np.where(known[starts], np.diff(starts, append=len(values)), 0)
        rows = starts + self._rows + 1
        if values[0] == self._open[2]:
            lengths[0] += self._open[0]
            rows[0] = self._open[1]
        else:
            self._close(*self._open)
        longest = int(lengths[:-1].argmax()) if len(lengths) > 1 else 0
        if len(lengths) > 1:
            self._close(int(lengths[longest]), int(rows[longest]), float(values[starts[longest]]))
        self._open = (int(lengths[-1]), int(rows[-1]), float(values[starts[-1]]))

    def _close(self, length: int, row: int, value: float) -> None:
        if length > self._best[0]:
            self._best = (length, row, value)

    def _count(self, values: np.ndarray) -> None:
        if self._sketch is not None:
            self._sketch = union(self._sketch, hash_numbers(values))
            return
        self._values = np.union1d(self._values, values)
        if len(self._values) > self._keep:
            self._sketch = hash_numbers(self._values)
