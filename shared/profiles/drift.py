"""Has a column changed since its baseline? Decided on distances, not on p-values.

At a million rows every difference is significant and at a hundred rows chance looks like a change. A column has
drifted when a distance is beyond its threshold (does it matter?) and beyond what chance gives (is it real?).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.profiles import distances
from shared.profiles.profile import BinCounts, Bins, ColumnProfile

# From here on a distance matters: PSI and the others by common practice, Wasserstein in standard deviations.
THRESHOLDS: Mapping[str, float] = {
    "psi": 0.1,
    "jensen_shannon": 0.1,
    "kolmogorov_smirnov": 0.1,
    "wasserstein": 0.1,
    "cramers_v": 0.1,
}
# False alarms on a dataset in which nothing changed, over all its columns and distances together.
FAMILY_ALPHA = 0.01
TESTS_PER_COLUMN = 4
# A bin of numbers holds at least this share of the baseline where values allow it; rarer texts are taken together.
_BIN = 0.1
_RARE = 0.005


@dataclass(frozen=True, slots=True)
class Distance:
    """One distance; `threshold` is where it matters, `noise` what chance alone reaches at these sizes."""

    name: str
    value: float
    threshold: float
    noise: float

    @property
    def critical(self) -> float:
        """Beyond this the column has drifted."""
        return max(self.threshold, self.noise)

    @property
    def drifted(self) -> bool:
        """Whether the value is beyond its critical value."""
        return self.value > self.critical


@dataclass(frozen=True, slots=True)
class ColumnDrift:
    """All distances of one column; without any, `reason` says why the samples cannot be compared."""

    distances: tuple[Distance, ...]
    reason: str = ""

    @property
    def drifted(self) -> bool:
        """Whether any distance is beyond its critical value."""
        return any(distance.drifted for distance in self.distances)

    @property
    def largest(self) -> Distance | None:
        """The distance that is furthest beyond (or nearest to) its critical value."""
        return max(self.distances, key=lambda distance: distance.value / distance.critical, default=None)


def alpha_for(columns: int) -> float:
    """The probability each single comparison may err with, so that the dataset keeps FAMILY_ALPHA."""
    return FAMILY_ALPHA / (TESTS_PER_COLUMN * max(columns, 1))


def compare(current: ColumnProfile, baseline: ColumnProfile, counts: BinCounts | None, alpha: float) -> ColumnDrift:
    """The distances of a column; `counts` are its rows in the baseline's bins."""
    if current.kind != baseline.kind:
        return ColumnDrift((), f"it holds {current.kind} values now and {baseline.kind} in the baseline")
    if not current.count or not baseline.count:
        return ColumnDrift((), "there are no values on one side")
    if counts is None or baseline.histogram is None:
        return ColumnDrift((), "the baseline keeps no bins to compare with")
    if baseline.kind == "text":
        return _texts(baseline, baseline.histogram, counts.counts, alpha)
    return ColumnDrift(_numbers(current, baseline, baseline.histogram, counts.counts, alpha))


def is_listed(baseline: ColumnProfile) -> bool:
    """Whether the baseline knows every value of a text column: then an unknown one is new."""
    return baseline.histogram is not None and not baseline.histogram.counts[-1]


def is_category(baseline: ColumnProfile) -> bool:
    """Whether the baseline's listed values are most of a text column and come again.

    Free text, and the names of things, have no shares worth comparing.
    """
    listed = baseline.histogram is not None and 2 * baseline.histogram.counts[-1] < baseline.count
    return listed and 2 * baseline.distinct <= baseline.count


def _numbers(
    current: ColumnProfile, baseline: ColumnProfile, bins: Bins, counts: Sequence[int], alpha: float
) -> tuple[Distance, ...]:
    n, m = current.count, baseline.count
    groups = number_groups(bins.counts)
    ks = distances.kolmogorov_smirnov(counts, bins.counts)
    compared = [
        _distance("kolmogorov_smirnov", ks, distances.kolmogorov_smirnov_noise(n, m, alpha)),
        *_by_bins(_grouped(counts, groups), _grouped(bins.counts, groups), alpha),
    ]
    if baseline.std and current.mean is not None and baseline.mean is not None:
        area = distances.wasserstein(counts, bins.counts, bins.edges, steps=bins.exact)
        noise = distances.wasserstein_noise(bins.counts, bins.edges, baseline.std, n, m, alpha)
        # Beyond the outer edges the area is not known; it is never less than the distance of the means.
        value = max(area, abs(current.mean - baseline.mean))
        compared.append(_distance("wasserstein", value / baseline.std, noise / baseline.std))
    return tuple(compared)


def _texts(baseline: ColumnProfile, bins: Bins, counts: Sequence[int], alpha: float) -> ColumnDrift:
    if not is_category(baseline):
        return ColumnDrift((), "nearly every value is distinct: it is judged by its text statistics")
    groups = text_groups(bins.counts)
    now, then = _grouped(counts, groups), _grouped(bins.counts, groups)
    p, q, n, m = distances.shares(now), distances.shares(then), sum(now), sum(then)
    noise = distances.cramers_v_noise(len(groups), n, m, alpha)
    return ColumnDrift((_distance("cramers_v", distances.cramers_v(p, q), noise), *_by_bins(now, then, alpha)))


def _by_bins(now: Sequence[int], then: Sequence[int], alpha: float) -> list[Distance]:
    n, m, bins = sum(now), sum(then), len(now)
    js = distances.jensen_shannon(distances.shares(now), distances.shares(then))
    return [
        _distance("psi", distances.psi(now, then), distances.psi_noise(bins, n, m, alpha)),
        _distance("jensen_shannon", js, distances.jensen_shannon_noise(bins, n, m, alpha)),
    ]


def _distance(name: str, value: float, noise: float) -> Distance:
    return Distance(name, value, THRESHOLDS[name], noise)


def number_groups(counts: Sequence[int]) -> list[list[int]]:
    """Neighbouring bins joined until they hold a tenth of the rows; a bin that does so alone stays alone."""
    least, groups, open_group, rows = _BIN * sum(counts), list[list[int]](), list[int](), 0
    for place, count in enumerate(counts):
        if count >= least and open_group:
            groups.append(open_group)
            open_group, rows = [], 0
        open_group.append(place)
        rows += count
        if rows >= least:
            groups.append(open_group)
            open_group, rows = [], 0
    return [*groups, open_group] if open_group else groups


def text_groups(counts: Sequence[int]) -> list[list[int]]:
    """Every frequent listed value alone, the rare ones together, and last what is not listed."""
    least = _RARE * sum(counts)
    listed = range(len(counts) - 1)
    frequent = [[place] for place in listed if counts[place] >= least]
    rare = [place for place in listed if counts[place] < least]
    return [*frequent, *([rare] if rare else []), [len(counts) - 1]]


def _grouped(counts: Sequence[int], groups: Sequence[Sequence[int]]) -> list[int]:
    return [sum(counts[place] for place in group) for group in groups]
