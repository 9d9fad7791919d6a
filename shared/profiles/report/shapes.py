"""Histograms of equal width from cells of any width, so that two columns can be drawn over each other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any


def cuts(profiles: Sequence[Mapping[str, Any]], bars: int) -> list[float]:
    """`bars` + 1 ascending positions that hold the middle 98 % of every profile; fewer for whole numbers."""
    low = min(float(profile["quantiles"]["1"]) for profile in profiles)
    high = max(float(profile["quantiles"]["99"]) for profile in profiles)
    if all(profile["kind"] == "int" for profile in profiles):
        # A bar per whole number, or per so many: none is drawn with more of them than its neighbour.
        each = max(1, -(-(int(high) - int(low) + 1) // bars))
        count = -(-(int(high) - int(low) + 1) // each)
        return [int(low) - 0.5 + each * place for place in range(count + 1)]
    half = (high - low) / 2 or max(abs(low), 1.0) / 2
    middle, step = low / 2 + high / 2, 2 * half / bars
    return [middle - half + step * place for place in range(bars + 1)]


def shares_between(histogram: Mapping[str, Any], positions: Sequence[float]) -> list[float]:
    """The share of rows between neighbouring positions; the first and last bar hold what lies beyond them too."""
    counts = histogram["counts"]
    total = sum(counts) or 1
    below = [0.0, *(_level(histogram["edges"], list(accumulate(counts)), at, exact=histogram["exact"]) / total
                    for at in positions[1:-1]), 1.0]  # fmt: skip
    return [after - before for before, after in pairwise(below)]


def _level(edges: Sequence[float], ends: Sequence[int], at: float, *, exact: bool) -> float:
    """How many rows are at most `at`: a step where every value is an edge, else a straight line between edges."""
    place = bisect_right(edges, at)
    if place == 0:
        return 0.0
    if place == len(edges):
        return float(ends[-1] if not exact else ends[place - 1])
    before, after = ends[place - 1], ends[place]
    if exact:
        return float(before)
    return before + (after - before) * (at - edges[place - 1]) / (edges[place] - edges[place - 1])
