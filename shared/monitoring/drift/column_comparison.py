"""From the profiles of two tables to drift measures: columns are matched, compared, and judged over several windows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shared.core.policies import Monitoring
from shared.core.scenario import Scenario, Table
from shared.core.wording import counted
from shared.monitoring.measures import DriftMeasure, DriftVerdict, Reference, Source
from shared.profiles import drift
from shared.profiles.column_warnings import ColumnComparison
from shared.profiles.drift import ColumnDrift
from shared.profiles.profile import BinCounts, ColumnProfile, Described, TableProfile
from shared.profiles.validation import compared_columns

# The (feature, metric, reference) of the distances that drifted in a window.
type DriftedKeys = frozenset[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class WindowRef:
    """A monitored window: its position among those of its source, the model that predicted it, and the time now."""

    scenario: str
    window: str
    source: Source
    ordinal: int
    model: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MatchedColumn:
    """A column that both tables have: its profiles now and in the reference, and its counts in the reference's bins."""

    table: str
    name: str
    current: ColumnProfile
    reference: ColumnProfile
    counts: BinCounts | None


@dataclass(frozen=True, slots=True)
class ReferenceComparison:
    """One column compared with one reference, and the distances between them."""

    column: ColumnComparison
    drift: ColumnDrift
    reference: Reference
    reference_id: str

    @property
    def rows(self) -> int:
        """The rows of the window, those without a value included."""
        return self.column.current.rows


def input_names(scenario: Scenario, table: Table) -> tuple[str, ...]:
    """The columns of a scoring table that are monitored: all but those that name a row or a time."""
    return compared_columns(scenario, table)


def match_columns(
    table: str, names: Iterable[str], described: Described, reference: TableProfile
) -> Iterator[MatchedColumn]:
    """Every named column that the table and its reference both have."""
    current, before = described.profile.columns, reference.columns
    for name in names:
        if name in current and name in before:
            yield MatchedColumn(table, name, current[name], before[name], described.baseline_counts.get(name))


def compare_columns(
    columns: Sequence[MatchedColumn], reference: Reference, reference_id: str, policy: Monitoring, band: float
) -> Iterator[ReferenceComparison]:
    """Each column's distances at the policy's thresholds; all columns share one probability of error."""
    alpha = drift.alpha_for(len(columns))
    for match in columns:
        column = ColumnComparison(match.table, match.name, match.current, match.reference, match.counts, band, alpha)
        yield ReferenceComparison(column, _drift(column, policy), reference, reference_id)


def _drift(column: ColumnComparison, policy: Monitoring) -> ColumnDrift:
    count = column.current.count
    if count < policy.min_rows:
        return ColumnDrift((), f"not compared ({counted(count, 'value')}; {policy.min_rows} needed)")
    compared = drift.compare(column.current, column.baseline, column.counts, column.alpha)
    thresholds = policy.thresholds
    distances = tuple(replace(each, threshold=thresholds[each.name]) for each in compared.distances)
    return replace(compared, distances=distances)


def measures(
    comparison: ReferenceComparison, window: WindowRef, before: Sequence[DriftedKeys], policy: Monitoring
) -> list[DriftMeasure]:
    """The column's distances as they are kept; `before` holds what drifted in earlier windows, newest first.

    Without a distance the single measure says why the column could not be compared.
    """
    feature, distances = comparison.column.name, comparison.drift.distances
    incomparable = DriftMeasure(
        window.scenario, window.window, window.source, window.ordinal, feature, "none", comparison.reference,
        comparison.reference_id, None, None, None, DriftVerdict.INCOMPARABLE, comparison.rows, window.model,
        comparison.drift.reason, window.at,
    )  # fmt: skip
    if not distances:
        return [incomparable]
    return [
        replace(
            incomparable,
            metric=distance.name,
            value=distance.value,
            threshold=distance.threshold,
            noise=distance.noise,
            verdict=verdict(distance.drifted, (feature, distance.name, comparison.reference), before, policy),
            reason="",
        )
        for distance in distances
    ]


def verdict(
    drifted: bool,  # noqa: FBT001 -- the fact that is judged
    key: tuple[str, str, str],
    before: Sequence[DriftedKeys],
    policy: Monitoring,
) -> DriftVerdict:
    """`persistent` when the distance drifted in at least k of the last n windows, this one among them."""
    if not drifted:
        return DriftVerdict.STABLE
    windows = 1 + sum(key in window for window in before[: policy.n - 1])
    return DriftVerdict.PERSISTENT if windows >= policy.k else DriftVerdict.ONCE


def is_drifted(measure: DriftMeasure) -> bool:
    """Whether the distance is beyond its critical value, once or persistently."""
    return measure.verdict in (DriftVerdict.ONCE, DriftVerdict.PERSISTENT)


def drifted_keys(measured: Iterable[DriftMeasure]) -> DriftedKeys:
    """The (feature, metric, reference) of all distances that drifted."""
    return frozenset(
        (measure.feature, measure.metric, measure.reference) for measure in measured if is_drifted(measure)
    )
