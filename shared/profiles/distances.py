"""How far two samples lie apart, and how far apart chance alone puts them.

Shares are lists that sum to 1 over the same cells; n and m are the two samples' sizes. Every distance comes with the
value that samples of one source exceed with probability `alpha` at most, so that a small sample is no false alarm.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate, pairwise
from statistics import NormalDist

_SMOOTHING = 0.5


def shares(counts: Sequence[int], smoothing: float = 0.0) -> list[float]:
    """Counts as parts of 1, after `smoothing` rows were added to every cell; ValueError when there is no row."""
    total = sum(counts) + smoothing * len(counts)
    if not total:
        raise ValueError("no rows have no shares")
    return [(count + smoothing) / total for count in counts]


def psi(current: Sequence[int], baseline: Sequence[int]) -> float:
    """Population stability index of two lists of counts; half a row in every cell keeps it finite."""
    pairs = zip(shares(current, _SMOOTHING), shares(baseline, _SMOOTHING), strict=True)
    return math.fsum((p - q) * math.log(p / q) for p, q in pairs)


def psi_noise(cells: int, n: int, m: int, alpha: float) -> float:
    """What PSI exceeds with probability `alpha` when nothing changed: near there it is a scaled chi-squared."""
    return (1 / n + 1 / m) * chi2_quantile(1 - alpha, cells - 1)


def jensen_shannon(p: Sequence[float], q: Sequence[float]) -> float:
    """Square root of the Jensen-Shannon divergence in bits: 0 for equal shares, 1 for shares without a common cell."""

    def towards(some: float, other: float) -> float:
        return some * math.log2(2 * some / (some + other)) if some else 0.0

    divergence = math.fsum(towards(a, b) + towards(b, a) for a, b in zip(p, q, strict=True)) / 2
    return math.sqrt(max(divergence, 0.0))


def jensen_shannon_noise(cells: int, n: int, m: int, alpha: float) -> float:
    """The same for the Jensen-Shannon distance, whose square is an eighth of PSI (in nats) for close shares."""
    return math.sqrt(psi_noise(cells, n, m, alpha) / (8 * math.log(2)))


def cramers_v(p: Sequence[float], q: Sequence[float]) -> float:
    """Cramer's V of sample against cell as if both samples were equally large: 0 to 1, whatever n and m."""
    squares = math.fsum((a - b) ** 2 / (a + b) for a, b in zip(p, q, strict=True) if a + b)
    return math.sqrt(squares / 2)


def cramers_v_noise(cells: int, n: int, m: int, alpha: float) -> float:
    """The same for Cramer's V, whose square is a quarter of PSI for close shares."""
    return math.sqrt(psi_noise(cells, n, m, alpha) / 4)


def kolmogorov_smirnov(current: Sequence[int], baseline: Sequence[int]) -> float:
    """The largest distance of the two distribution functions at the edges between the cells."""
    return max(map(abs, _gaps(current, baseline)), default=0.0)


def kolmogorov_smirnov_noise(n: int, m: int, alpha: float) -> float:
    """The asymptotic quantile of the two-sample statistic; ties make the truth smaller."""
    return math.sqrt(-math.log(alpha / 2) / 2 * (1 / n + 1 / m))


def wasserstein(current: Sequence[int], baseline: Sequence[int], edges: Sequence[float], *, steps: bool) -> float:
    """The area between the two distribution functions from the first edge to the last, in the column's unit.

    Between edges the functions are flat when `steps` (every value is an edge), else straight lines.
    """
    gaps, area = _gaps(current, baseline), _flat if steps else _straight
    widths = [after - before for before, after in pairwise(edges)]
    return math.fsum(area(a, b) * width for (a, b), width in zip(pairwise(gaps), widths, strict=True))


def wasserstein_noise(  # noqa: PLR0917 -- the statistic depends on all of these
    baseline: Sequence[int], edges: Sequence[float], std: float, n: int, m: int, alpha: float
) -> float:
    """A bound on the quantile: the mean of |Brownian bridge| over the edges plus the Borell-TIS deviation."""
    levels = list(accumulate(shares(baseline)))[: len(edges)]
    roots = [math.sqrt(max(level * (1 - level), 0.0)) for level in levels]
    widths = [after - before for before, after in pairwise(edges)]
    spread = math.fsum(max(a, b) * width for (a, b), width in zip(pairwise(roots), widths, strict=True))
    deviation = std * math.sqrt(2 * math.log(1 / alpha))
    return math.sqrt(1 / n + 1 / m) * (math.sqrt(2 / math.pi) * spread + deviation)


def chi2_quantile(probability: float, degrees: int) -> float:
    """The quantile of chi-squared: exact for one and two degrees, else after Wilson and Hilferty (1931) within 6 %.

    Without any degree there is nothing to vary: 0.
    """
    if degrees < 1:
        return 0.0
    if degrees == 1:
        return z_score((1 + probability) / 2) ** 2
    if degrees == 2:  # noqa: PLR2004 -- an exponential distribution
        return -2 * math.log(1 - probability)
    scale = 2 / (9 * degrees)
    return degrees * max(1 - scale + z_score(probability) * math.sqrt(scale), 0.0) ** 3


def z_score(probability: float) -> float:
    """The quantile of the standard normal distribution."""
    return NormalDist().inv_cdf(probability)


def _gaps(current: Sequence[int], baseline: Sequence[int]) -> list[float]:
    """Difference of the distribution functions at every edge; the cell after the last edge adds none."""
    rises = (p - q for p, q in zip(shares(current), shares(baseline), strict=True))
    return list(accumulate(rises))[:-1]


def _flat(before: float, after: float) -> float:  # noqa: ARG001 -- a step function keeps what it had before
    return abs(before)


def _straight(before: float, after: float) -> float:
    first, last = abs(before), abs(after)
    if before * after >= 0:
        return (first + last) / 2
    return (first**2 + last**2) / (2 * (first + last))
