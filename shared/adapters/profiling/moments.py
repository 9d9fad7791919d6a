"""Mean and central moments that merge (Chan et al. 1979; Pebay 2008)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

# A block and its powers stay in the processor's cache, and its products stay in one thread.
_BLOCK = 1 << 13


@dataclass(frozen=True, slots=True)
class Moments:
    """`count` values, their mean, and the sums of the second to fourth powers of their distance to it."""

    count: int
    mean: float
    m2: float
    m3: float
    m4: float

    @property
    def std(self) -> float | None:
        """The population's standard deviation; None beyond doubles."""
        variance = self.m2 / self.count if self.count else math.nan
        return math.sqrt(variance) if math.isfinite(variance) else None

    @property
    def kurtosis(self) -> float | None:
        """The fourth standardised moment (3 for a normal distribution); None without any spread."""
        squared = self.m2**2 if abs(self.m2) < 1e150 else math.inf  # noqa: PLR2004 -- its square is the largest double
        value = self.count * self.m4 / squared if squared else math.nan
        return value if math.isfinite(value) else None


EMPTY = Moments(0, 0.0, 0.0, 0.0, 0.0)


def moments_of(values: np.ndarray, weights: np.ndarray | None = None) -> Moments:
    """The moments of the values (rows,), each counted `weights` times (None: once)."""
    if not len(values):
        return EMPTY
    with np.errstate(over="ignore", invalid="ignore"):
        if weights is not None:
            return _weighted(values.astype(np.float64), weights)
        mean = float(values.mean())
        sums = np.zeros(3)
        for start in range(0, len(values), _BLOCK):
            away = values[start : start + _BLOCK] - mean
            square = away * away
            sums += (square.sum(), np.vdot(square, away), np.vdot(square, square))
    return Moments(len(values), mean, float(sums[0]), float(sums[1]), float(sums[2]))


def _weighted(values: np.ndarray, weights: np.ndarray) -> Moments:
    count = int(weights.sum())
    mean = float((values * (weights / count)).sum())
    away = values - mean
    square = away * away
    m2, m3, m4 = ((weights * power).sum() for power in (square, square * away, square * square))
    return Moments(count, mean, float(m2), float(m3), float(m4))


def merge_moments(a: Moments, b: Moments) -> Moments:
    """The moments of both samples together."""
    if not a.count or not b.count:
        return a if a.count else b
    n, delta = a.count + b.count, b.mean - a.mean
    step, product = delta / n, a.count * b.count
    try:
        m2 = a.m2 + b.m2 + delta * step * product
        m3 = a.m3 + b.m3 + delta * step**2 * product * (a.count - b.count)
        m3 += 3 * step * (a.count * b.m2 - b.count * a.m2)
        m4 = a.m4 + b.m4 + delta * step**3 * product * (a.count**2 - product + b.count**2)
        m4 += 6 * step**2 * (a.count**2 * b.m2 + b.count**2 * a.m2) + 4 * step * (a.count * b.m3 - b.count * a.m3)
    except OverflowError:
        m2 = m3 = m4 = math.inf
    return Moments(n, a.mean + step * b.count, m2, m3, m4)
