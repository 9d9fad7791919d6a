"""Seasonal Hybrid ESD: which values of a seasonal series are anomalies, for many series at once.

After Vallis, Hochenbaum and Kejariwal, "A Novel Technique for Long-Term Anomaly Detection in the Cloud" (2014), on top
of Rosner's generalised extreme Studentised deviate test (1983) with median and MAD in the place of mean and deviation.
The season is the median of each phase instead of an STL fit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

ALPHA = 0.005
MOST = 0.10
# Makes the MAD of normal values estimate their standard deviation.
_TO_SIGMA = 1.4826
_SMALLEST_SEASONS = 2


def anomalous(values: np.ndarray, lengths: np.ndarray, period: int) -> np.ndarray:
    """Which of `values` (rows, n) are anomalies, bool (rows, n); each row holds a series of `lengths` (rows,) >= 1.

    At most a tenth of a series, in both directions, at significance 0.005. Values beyond a series' length are ignored
    and never anomalous. A series shorter than two periods is treated as one without a season.
    """
    known = np.arange(values.shape[1]) < lengths[:, None]
    rest = np.where(known, values, np.inf)
    rest = np.where(known, rest - _middles(rest, lengths, period), np.inf)
    flags = np.zeros(values.shape, dtype=bool)
    most = np.floor(lengths * MOST).astype(np.int64)
    limits = critical_values(lengths, most)
    ordered = np.sort(rest, axis=1)
    rows = np.flatnonzero(_possible(ordered, lengths, most, limits))
    if len(rows):
        flags[rows] = _remove_extremes(rest[rows], ordered[rows], lengths[rows], limits[rows])
    return flags


def critical_values(lengths: np.ndarray, most: np.ndarray) -> np.ndarray:
    """Rosner's lambda for the i-th value taken out of a series, (rows, max(most)), i from 1; infinite beyond `most`."""
    from scipy.special import stdtrit

    distinct, back = np.unique(lengths, return_inverse=True)
    i = np.arange(1, int(most.max(initial=0)) + 1)
    n = distinct[:, None].astype(np.float64)
    valid = i <= np.floor(n * MOST)
    freedom = np.where(valid, n - i - 1, 1)
    t = stdtrit(freedom, np.where(valid, 1 - ALPHA / (2 * np.maximum(n - i + 1, 1)), 0.5))
    limits = t * (n - i) / np.sqrt((freedom + t**2) * np.maximum(n - i + 1, 1))
    return np.asarray(np.where(valid, limits, np.inf)[back])


def _middles(rest: np.ndarray, lengths: np.ndarray, period: int) -> np.ndarray:
    """Season plus median of every value, (rows, n): its phase's median, or its row's where there is no season."""
    rows, width = rest.shape
    cycles = -(-width // period)
    padded = np.full((rows, cycles * period), np.inf)
    padded[:, :width] = rest
    phases = np.sort(padded.reshape(rows, cycles, period), axis=1)
    counts = np.maximum(-(-(lengths[:, None] - np.arange(period)) // period), 1)
    low = np.take_along_axis(phases, (counts[:, None, :] - 1) // 2, axis=1)
    high = np.take_along_axis(phases, counts[:, None, :] // 2, axis=1)
    # A phase that a short series never reaches has no median and is not used.
    medians = np.tile(np.where(np.isfinite(high), (low + high) / 2, 0.0)[:, 0, :], cycles)[:, :width]
    for row in np.flatnonzero(lengths < _SMALLEST_SEASONS * period):
        medians[row] = np.median(rest[row, : lengths[row]])
    return medians


def _possible(ordered: np.ndarray, lengths: np.ndarray, most: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Which rows can have an anomaly at all, by a bound on every ratio the test could meet; bool (rows,).

    While at most a tenth is taken out, the MAD is at least half the shortest interval over half of what is left, and
    the median stays between two order statistics. Most rows of calm machines end here, after one sort.
    """
    possible = most > 0
    for n in np.unique(lengths[possible]):
        rows = np.flatnonzero(lengths == n)
        k = int(most[rows[0]])
        s = ordered[rows, :n]
        half = (n - k + 2) // 2
        least = (s[:, half - 1 :] - s[:, : n - half + 1]).min(axis=1) / 2 * _TO_SIGMA
        farthest = np.maximum(s[:, -1] - s[:, (n - k) // 2], s[:, min((n + k) // 2, n - 1)] - s[:, 0])
        # The margin covers rounding: whatever is near the bound takes the test.
        possible[rows] = farthest * (1 + 1e-9) > least * limits[rows, :k].min(axis=1)
    return possible


def _remove_extremes(rest: np.ndarray, ordered: np.ndarray, lengths: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """The generalised ESD test on `rest` (rows, n), whose rows are sorted in `ordered`; bool (rows, n).

    The value farthest from the median is the smallest or the largest that is left, so what is left is always a slice
    of the sorted row. Among equally far values the earliest goes first.
    """
    row = np.arange(len(rest))
    upward, downward = _orders(rest, ordered, lengths)
    part = _Slice(ordered, np.zeros_like(lengths), lengths.copy())
    taken = np.zeros((len(rest), limits.shape[1]), dtype=np.int64)
    alive, count = np.ones(len(rest), dtype=bool), np.zeros(len(rest), dtype=np.int64)
    for i in range(limits.shape[1]):
        median, spread = part.median_and_mad()
        below, above = median - ordered[row, part.low], ordered[row, part.high - 1] - median
        first, last = upward[row, part.low], downward[row, lengths - part.high]
        from_below = (below > above) | ((below == above) & (first < last))
        alive &= spread > 0
        taken[:, i] = np.where(from_below, first, last)
        part = _Slice(ordered, part.low + (alive & from_below), part.high - (alive & ~from_below))
        ratio = np.maximum(below, above) / np.where(alive, spread * _TO_SIGMA, 1.0)
        count = np.where(alive & (ratio > limits[:, i]), i + 1, count)
    flags = np.zeros(rest.shape, dtype=bool)
    chosen = np.arange(limits.shape[1]) < count[:, None]
    flags[np.nonzero(chosen)[0], taken[chosen]] = True
    return flags


def _orders(rest: np.ndarray, ordered: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions of each row's values from the smallest up and from the largest down, equal values earliest first."""
    upward = np.argsort(rest, axis=1)
    behind = np.maximum(lengths[:, None] - 1 - np.arange(rest.shape[1]), 0)
    downward = np.take_along_axis(upward, behind, axis=1)
    # Only rows with equal values need the stable order, which takes several times as long.
    equal = ((ordered[:, 1:] == ordered[:, :-1]) & np.isfinite(ordered[:, 1:])).any(axis=1)
    upward[equal] = np.argsort(rest[equal], axis=1, kind="stable")
    falling = np.where(np.isfinite(rest[equal]), -rest[equal], np.inf)
    downward[equal] = np.argsort(falling, axis=1, kind="stable")
    return upward, downward


@dataclass(frozen=True, slots=True)
class _Slice:
    """The values `ordered[row, low:high]` that are left of each sorted row."""

    ordered: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def median_and_mad(self) -> tuple[np.ndarray, np.ndarray]:
        """Median and median absolute deviation (unscaled) of each row's slice, (rows,) each."""
        row, size = np.arange(len(self.ordered)), self.high - self.low
        upper = self.low + size // 2
        odd = size % 2 == 1
        median = np.where(odd, self.ordered[row, upper], (self.ordered[row, upper - 1] + self.ordered[row, upper]) / 2)
        return median, self._mad(median, (size + 1) // 2, odd)

    def _mad(self, median: np.ndarray, k: np.ndarray, odd: np.ndarray) -> np.ndarray:
        """The k-th smallest distance from the median, or its mean with the next one where the size is even."""
        row, s = np.arange(len(median)), self.ordered
        start = self._nearest(median, k)
        left, right = median - s[row, start], s[row, start + k - 1] - median
        nearest = np.maximum(left, right)
        before = np.where(start > self.low, median - s[row, np.maximum(start - 1, 0)], np.inf)
        after = np.where(start + k < self.high, s[row, np.minimum(start + k, s.shape[1] - 1)] - median, np.inf)
        return np.asarray(np.where(odd, nearest, (nearest + np.minimum(before, after)) / 2))

    def _nearest(self, median: np.ndarray, k: np.ndarray) -> np.ndarray:
        """Where the k values nearest to the median begin: they lie side by side in the sorted row."""
        row, s = np.arange(len(median)), self.ordered
        first, last = self.low.copy(), self.high - k
        for _ in range(int(s.shape[1]).bit_length()):
            middle = (first + last) // 2
            # Dropping the left end for the value beyond the right end brings the window nearer.
            beyond = s[row, np.minimum(middle + k, self.high - 1)]
            nearer = (middle < last) & (median - s[row, middle] > beyond - median)
            first = np.where(nearer, middle + 1, first)
            last = np.where(nearer, last, middle)
        return first
