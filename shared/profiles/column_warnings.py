"""Warnings about a column: what differs from its baseline by more than the band and chance allow.

A statistic is unusual when it lies outside the band around the baseline's value. Where its sampling error is known the
band is widened by it, so that few rows alone raise no warning.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from shared.core.wording import counted
from shared.profiles import drift
from shared.profiles.distances import z_score
from shared.profiles.drift import ColumnDrift
from shared.profiles.profile import BinCounts, ColumnProfile

# A share of missing cells may rise by this much without a warning.
_NULLS_MAY_RISE = 0.01
# The statistics of free text: (statistic, its standard error, words).
_TEXT_STATISTICS = (
    ("mean_length", "mean_length_error", "mean length"),
    ("average_word_length", "average_word_length_error", "average word length"),
)


@dataclass(frozen=True, slots=True)
class ValidationWarning:
    """One warning; `low` and `high` are the limits that `value` should have kept, None where there is none."""

    code: str
    sentence: str
    table: str = ""
    column: str = ""
    statistic: str = ""
    value: float | None = None
    baseline: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class ColumnComparison:
    """A column, its baseline, its rows in the baseline's bins, and the probability with which a comparison may err."""

    table: str
    name: str
    current: ColumnProfile
    baseline: ColumnProfile
    counts: BinCounts | None
    band: float
    alpha: float

    @property
    def where(self) -> str:
        """How a sentence names the column."""
        return f"Column {self.name!r} of table {self.table!r}"

    def noise(self, spread: float) -> float:
        """What the difference of two means of values with this standard deviation stays below."""
        sizes = 1 / self.current.count + 1 / self.baseline.count
        return z_score(1 - self.alpha / 2) * spread * math.sqrt(sizes)


def outside(value: float, low: float | None, high: float | None) -> bool:
    """Whether the value is below `low` or above `high`; on the limit it is inside."""
    return (low is not None and value < low) or (high is not None and value > high)


def limits(baseline: float, band: float, *, scale: float | None = None, noise: float = 0.0) -> tuple[float, float]:
    """The band around the baseline's value: `band` of `scale` (of the value itself when None), plus noise."""
    half = band * abs(baseline if scale is None else scale) + noise
    return baseline - half, baseline + half


def column_warnings(one: ColumnComparison, distances: ColumnDrift) -> Iterator[ValidationWarning]:
    """Everything unusual about one column."""
    if one.current.kind != one.baseline.kind:
        yield ValidationWarning("kind_changed", f"{one.where}: {distances.reason}.", one.table, one.name)
        return
    yield from _more_nulls(one)
    if one.current.count and one.baseline.count:
        if one.baseline.kind == "text":
            yield from _new_values(one)
            yield from _text_band(one)
        else:
            yield from _number_band(one)
    yield from _drifted(one, distances)


def _more_nulls(one: ColumnComparison) -> Iterator[ValidationWarning]:
    n, m = one.current.rows, one.baseline.rows
    # A table that may be empty has no share of missing cells then.
    if not n or not m:
        return
    share, before = one.current.null_share, one.baseline.null_share
    pooled = (one.current.nulls + one.baseline.nulls) / (n + m)
    noise = z_score(1 - one.alpha / 2) * math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    high = before + max(_NULLS_MAY_RISE, one.band * before) + noise
    if outside(share, None, high):
        sentence = (
            f"{one.where}: {share:.1%} of the cells are missing, {before:.1%} in the baseline (up to {high:.1%})."
        )
        yield ValidationWarning("null_share", sentence, one.table, one.name, "null_share", share, before, None, high)


def _new_values(one: ColumnComparison) -> Iterator[ValidationWarning]:
    if one.counts is None or not drift.is_listed(one.baseline) or not one.counts.counts[-1]:
        return
    rows = one.counts.counts[-1]
    shown = ", ".join(f"{value[:40]!r}" for value, _ in one.counts.new or ())
    hold = "holds" if rows == 1 else "hold"
    sentence = f"{one.where}: {counted(rows, 'row')} {hold} values that the baseline does not know: {shown}."
    share = rows / one.current.count
    yield ValidationWarning("new_category", sentence, one.table, one.name, "new_share", share, 0.0, None, 0.0)


def _number_band(one: ColumnComparison) -> Iterator[ValidationWarning]:
    mean, std, current = one.baseline.mean, one.baseline.std, one.current
    if mean is None or std is None or current.mean is None or current.std is None:
        return
    # Around a mean near zero a share of the mean is nothing: the spread is the column's own measure then.
    kept = limits(mean, one.band, scale=max(abs(mean), std), noise=one.noise(std))
    yield from band_warning("mean", f"{one.where}: the mean", current.mean, mean, kept, one)
    shape = max(one.baseline.kurtosis or 1.0, current.kurtosis or 1.0) - 1
    kept = limits(std, one.band, noise=one.noise(std * math.sqrt(max(shape, 0.0)) / 2))
    yield from band_warning("std", f"{one.where}: the standard deviation", current.std, std, kept, one)


def _text_band(one: ColumnComparison) -> Iterator[ValidationWarning]:
    if drift.is_category(one.baseline):
        return
    for name, error, words in _TEXT_STATISTICS:
        value, before = getattr(one.current, name), getattr(one.baseline, name)
        if value is None or before is None:
            continue
        errors = (getattr(one.current, error) or 0.0, getattr(one.baseline, error) or 0.0)
        z, spread = z_score(1 - one.alpha / 2), math.hypot(*errors)
        kept = limits(before, one.band, noise=z * spread)
        yield from band_warning(name, f"{one.where}: the {words}", value, before, kept, one)


def band_warning(  # noqa: PLR0917 -- the facts of one warning
    name: str, subject: str, value: float, before: float, kept: tuple[float, float], one: ColumnComparison | None = None
) -> Iterator[ValidationWarning]:
    """The warning that `value` lies outside `kept`, the band around `before`; none when it lies inside."""
    low, high = kept
    if outside(value, low, high):
        sentence = f"{subject} is {value:.4g}, outside {low:.4g} to {high:.4g} around the baseline's {before:.4g}."
        place = ("", "") if one is None else (one.table, one.name)
        yield ValidationWarning("statistic_band", sentence, *place, name, value, before, low, high)


def _drifted(one: ColumnComparison, distances: ColumnDrift) -> Iterator[ValidationWarning]:
    largest = distances.largest
    if largest is None or not distances.drifted:
        return
    named = [each.name.replace("_", " ") for each in distances.distances if each.drifted]
    sentence = (
        f"{one.where} has drifted from the baseline: {largest.name.replace('_', ' ')} is {largest.value:.3f}, "
        f"beyond {largest.critical:.3f} (drifted by: {', '.join(named)})."
    )
    yield ValidationWarning(
        "drift", sentence, one.table, one.name, largest.name, largest.value, 0.0, None, largest.critical
    )
