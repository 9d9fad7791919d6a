"""A column of numbers, described by one sort; parts of a column merge.

Up to `keep` distinct values a merged part is exact. Beyond, it keeps about `keep` / 2 of its values, each standing for
its neighbours; `rank_error` bounds by how many rows a quantile or a histogram edge may be off.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pyarrow as pa

from shared.adapters.profiling.counting import Parts, counted_decimals, counted_whole
from shared.adapters.profiling.distinct import estimate, hash_numbers, union
from shared.adapters.profiling.moments import Moments, merge_moments, moments_of
from shared.profiles.profile import BinCounts, Bins, ColumnProfile

# Ascending values, how many of them are distinct, and how often each is there (None: once).
_Ordered = tuple[np.ndarray, int, np.ndarray | None]
KEEP = 1 << 16
CELLS = 64
# With fewer distinct values each is kept once with its count: all that follows the sort costs next to nothing.
_FEW = 4096
QUANTILES = (0, 1, 5, 25, 50, 75, 95, 99, 100)


@dataclass(frozen=True, slots=True)
class NumberPart:
    """Ascending `values`, each `weights` times (None: once), `distinct` of them; `known` counts a baseline's bins."""

    kind: Literal["float", "int"]
    nulls: int
    moments: Moments
    values: np.ndarray
    distinct: int
    weights: np.ndarray | None = None
    rank_error: int = 0
    sketch: np.ndarray | None = None
    known: np.ndarray | None = None

    def merge(self, other: NumberPart, keep: int) -> NumberPart:
        """Both parts together."""
        values, weights = _joined(self, other)
        sketch = _joined_sketch(self, other)
        merged = NumberPart(
            self.kind,
            self.nulls + other.nulls,
            # Of few values all are known: then the moments do not tell where the parts were cut.
            moments_of(values, weights)
            if sketch is None and len(values) <= _FEW
            else merge_moments(self.moments, other.moments),
            values,
            len(values),
            weights,
            self.rank_error + other.rank_error,
            sketch,
            None if self.known is None or other.known is None else self.known + other.known,
        )
        return merged if len(values) <= keep else _thinned(merged, keep // 2)

    def profile(self) -> ColumnProfile:
        """The column's profile."""
        count = self.moments.count
        distinct = self.distinct if self.sketch is None else estimate(self.sketch)
        if not count:
            return ColumnProfile(self.kind, count, self.nulls, distinct)
        return ColumnProfile(
            self.kind,
            count,
            self.nulls,
            distinct,
            min=self.values[0].item(),
            max=self.values[-1].item(),
            mean=self.moments.mean if math.isfinite(self.moments.mean) else None,
            std=self.moments.std,
            kurtosis=self.moments.kurtosis,
            quantiles=self._quantiles(),
            rank_error=self.rank_error,
            histogram=self._histogram(distinct),
        )

    def baseline_counts(self) -> BinCounts | None:
        """The counts in the baseline's bins."""
        return None if self.known is None else BinCounts(tuple(self.known.tolist()))

    def _quantiles(self) -> Mapping[str, float]:
        found = _interpolated(self.values, self.weights, np.array(QUANTILES) / 100)
        return {str(percent): float(value) for percent, value in zip(QUANTILES, found, strict=True)}

    def _histogram(self, distinct: int) -> Bins:
        # So few values are kept once each.
        exact = distinct <= CELLS and self.sketch is None
        known = self.values if exact else np.unique(_interpolated(self.values, self.weights, np.linspace(0, 1, CELLS)))
        edges = _raised(known, self.values)
        counts = _cells(self.values, self.weights, edges)
        return Bins(tuple(counts.tolist()), tuple(edges.tolist()), exact=exact)


def describe_numbers(column: pa.ChunkedArray, edges: Sequence[float] | None) -> NumberPart:
    """The column of whole or floating numbers; NaN and infinities count as missing."""
    chunks = (column.drop_null() if column.null_count else column).chunks
    parts = [chunk.to_numpy() for chunk in chunks if len(chunk)]
    kind: Literal["float", "int"] = "float" if pa.types.is_floating(column.type) else "int"
    counted = _counted(parts)
    empty = np.empty(0, column.type.to_pandas_dtype())
    values, distinct, weights = counted or _ordered(np.concatenate(parts) if parts else empty)
    nulls = len(column) - (len(values) if weights is None else int(weights.sum()))
    known = None if edges is None else _cells(values, weights, np.array(edges))
    return NumberPart(kind, nulls, moments_of(values, weights), values, distinct, weights, known=known)


def _counted(parts: Parts) -> _Ordered | None:
    """Return the distinct numbers with their counts, where counting is quicker than sorting."""
    if not parts:
        return None
    counted = counted_decimals(parts) if parts[0].dtype.kind == "f" else counted_whole(parts, _FEW)
    return None if counted is None else (counted[0], len(counted[0]), counted[1])


def _ordered(values: np.ndarray) -> _Ordered:
    """Return the finite values; few distinct values once, with their counts."""
    values.sort()
    if values.dtype.kind == "f":
        # A zero with a sign is the same number: which of them stays must not depend on where rows were cut.
        values[np.searchsorted(values, 0) : np.searchsorted(values, 0, "right")] = 0
        if len(values) and not (np.isfinite(values[0]) and np.isfinite(values[-1])):
            values = values[np.isfinite(values)]
    changes = values[1:] != values[:-1]
    distinct = int(np.count_nonzero(changes)) + min(len(values), 1)
    if distinct > _FEW:
        return values, distinct, None
    places = _starts(changes) if distinct else np.empty(0, np.int64)
    return values[places], distinct, np.diff(places, append=len(values))


def _starts(changes: np.ndarray) -> np.ndarray:
    """The places of the first value and of those that differ from the one before them."""
    return np.concatenate(([0], np.flatnonzero(changes) + 1))


def _cells(values: np.ndarray, weights: np.ndarray | None, edges: np.ndarray) -> np.ndarray:
    ends = np.searchsorted(values, edges, side="right")
    if weights is not None:
        ends = np.concatenate(([0], np.cumsum(weights)))[ends]
    total = len(values) if weights is None else int(weights.sum())
    bounds = np.concatenate(([0], ends, [total]))
    counts: np.ndarray = bounds[1:] - bounds[:-1]
    return counts


def _raised(edges: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Edges of floats, moved a hundredth of the way to the next value.

    The same number written by another program may differ in its last digits; it stays in its cell.
    """
    if values.dtype.kind != "f" and edges.dtype.kind != "f":
        return edges
    following = values[np.minimum(np.searchsorted(values, edges, side="right"), len(values) - 1)]
    raised = np.maximum(edges * 0.99 + following * 0.01, edges)
    with np.errstate(over="ignore"):
        # No value follows the last edge: the gap before it is used, or for a constant its own size.
        gap = edges[-1] - edges[-2] if len(edges) > 1 else abs(edges[-1]) * 1e-7
        beyond = edges[-1] + gap * 0.01
    raised[-1] = max(raised[-1], beyond if np.isfinite(beyond) else edges[-1])
    return np.asarray(raised)


def _interpolated(values: np.ndarray, weights: np.ndarray | None, shares: np.ndarray) -> np.ndarray:
    ends = None if weights is None else np.cumsum(weights)
    total = len(values) if ends is None else int(ends[-1])
    at = shares * (total - 1)
    below = np.floor(at).astype(np.int64)
    above = np.minimum(below + 1, total - 1)
    weight = at - below
    # Weighted sum, not a difference: the distance of two doubles may be infinite.
    mixed: np.ndarray = _ranked(values, ends, below) * (1 - weight) + _ranked(values, ends, above) * weight
    return mixed


def _ranked(values: np.ndarray, ends: np.ndarray | None, ranks: np.ndarray) -> np.ndarray:
    found: np.ndarray = values[ranks if ends is None else np.searchsorted(ends, ranks, side="right")]
    return found


def _joined(a: NumberPart, b: NumberPart) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct values of both, ascending, with their counts."""
    values = np.concatenate((a.values, b.values))
    weights = np.concatenate([np.ones(len(p.values), np.int64) if p.weights is None else p.weights for p in (a, b)])
    order = np.argsort(values, kind="stable")
    values, weights = values[order], weights[order]
    if not len(values):
        return values, weights
    starts = _starts(values[1:] != values[:-1])
    return values[starts], np.add.reduceat(weights, starts)


def _joined_sketch(a: NumberPart, b: NumberPart) -> np.ndarray | None:
    if a.sketch is None and b.sketch is None:
        return None
    return union(*(hash_numbers(part.values) if part.sketch is None else part.sketch for part in (a, b)))


def _thinned(part: NumberPart, size: int) -> NumberPart:
    """About `size` of the values, evenly spaced by rank, first and last among them, each for its neighbours."""
    assert part.weights is not None  # noqa: S101 -- joined parts have weights
    ends = np.cumsum(part.weights)
    ranks = np.unique(np.linspace(0, ends[-1] - 1, size).astype(np.int64))
    kept = np.unique(np.searchsorted(ends, ranks, side="right"))
    # A dropped value's rows are split between its kept neighbours at the middle rank.
    starts = ends[kept] - part.weights[kept]
    middles = (ends[kept][:-1] + starts[1:]) // 2
    weights = np.diff(np.concatenate(([0], middles, [ends[-1]])))
    error = int(np.max((starts[1:] - ends[kept][:-1] + 1) // 2, initial=0))
    sketch = hash_numbers(part.values) if part.sketch is None else part.sketch
    return replace(
        part,
        values=part.values[kept],
        distinct=len(kept),
        weights=weights,
        rank_error=part.rank_error + error,
        sketch=sketch,
    )
