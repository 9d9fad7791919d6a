"""Validation of a dataset version that keeps its contract: warnings about what is unusual; errors quarantine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from shared.core.scenario import Scenario, Table
from shared.profiles import drift
from shared.profiles.column_warnings import (
    ColumnComparison,
    ValidationWarning,
    band_warning,
    column_warnings,
    limits,
    outside,
)
from shared.profiles.drift import ColumnDrift
from shared.profiles.profile import Baseline, Described, TableProfile

SCHEMA = 1
_NO_TABLE = TableProfile(0, {})


def validation(
    scenario: Scenario,
    described: Mapping[str, Described],
    statistics: Mapping[str, float | None],
    baseline: Baseline | None,
    raised: Sequence[ValidationWarning] = (),
) -> dict[str, Any]:
    """The content of validation.json; without a baseline nothing is compared. `raised` are earlier warnings."""
    warnings = [*raised, *limit_warnings(statistics, scenario.limits)]
    compared: list[tuple[ColumnComparison, ColumnDrift]] = []
    if baseline is not None:
        tables = baseline.profile.tables
        columns = _comparisons(scenario, described, tables)
        compared = [(one, drift.compare(one.current, one.baseline, one.counts, one.alpha)) for one in columns]
        warnings += _differing_columns(scenario, described, tables)
        warnings += (warning for one, distances in compared for warning in column_warnings(one, distances))
        warnings += statistic_warnings(statistics, baseline.profile.statistics, scenario.band)
    return {
        "schema": SCHEMA,
        "state": "valid",
        "errors": [],
        "band": scenario.band,
        "baseline": None if baseline is None else {"number": baseline.number, "dataset": baseline.dataset},
        "drift": _drift_table(compared),
        "warnings": [asdict(warning) for warning in warnings],
    }


def compared_columns(scenario: Scenario, table: Table) -> tuple[str, ...]:
    """The columns that are compared with a baseline: all but those that name a row or a time."""
    named = {*table.key, *scenario.entity, scenario.time, scenario.monitoring.restart}
    named |= {column.name for column in table.columns if column.identifies or column.kind == "time"}
    return tuple(column.name for column in table.columns if column.name not in named)


def statistic_warnings(
    statistics: Mapping[str, float | None], baseline: Mapping[str, float | None], band: float
) -> Iterator[ValidationWarning]:
    """The scenario's own statistics against the plain band."""
    for name, value in statistics.items():
        before = baseline.get(name)
        if before is None:
            continue
        if value is None:
            yield ValidationWarning(
                "statistic_absent", f"Statistic {name} has no value.", statistic=name, baseline=before
            )
            continue
        yield from band_warning(name, f"Statistic {name}", value, before, limits(before, band))


def limit_warnings(
    statistics: Mapping[str, float | None], limits_of: Sequence[tuple[str, float]]
) -> Iterator[ValidationWarning]:
    """Statistics above the most that the scenario expects of any dataset."""
    for name, high in limits_of:
        value = statistics.get(name)
        if value is not None and outside(value, None, high):
            sentence = f"Statistic {name} is {value:.4g}; at most {high:g} is expected of any dataset."
            yield ValidationWarning("statistic_limit", sentence, statistic=name, value=value, high=high)


def _comparisons(
    scenario: Scenario, described: Mapping[str, Described], baselines: Mapping[str, TableProfile]
) -> Iterator[ColumnComparison]:
    pairs = [
        (table, name)
        for table in scenario.tables
        if table.name in described
        for name in compared_columns(scenario, table)
        if name in described[table.name].profile.columns and name in baselines.get(table.name, _NO_TABLE).columns
    ]
    alpha = drift.alpha_for(len(pairs))
    for table, name in pairs:
        mine = described[table.name]
        current, before, counts = mine.profile.columns[name], baselines[table.name].columns[name], mine.baseline_counts
        yield ColumnComparison(table.name, name, current, before, counts.get(name), scenario.band, alpha)


def _differing_columns(
    scenario: Scenario, described: Mapping[str, Described], baselines: Mapping[str, TableProfile]
) -> Iterator[ValidationWarning]:
    for table in scenario.tables:
        if table.name not in described:
            continue
        now = described[table.name].profile.columns
        then = baselines.get(table.name, _NO_TABLE).columns
        for name in sorted(then.keys() - now.keys()):
            yield ValidationWarning(
                "column_absent", f"Column {name!r} of table {table.name!r} is gone.", table.name, name
            )
        for name in sorted(now.keys() - then.keys()):
            sentence = f"Column {name!r} of table {table.name!r} is not in the baseline and was not judged."
            yield ValidationWarning("column_new", sentence, table.name, name)


def _drift_table(compared: list[tuple[ColumnComparison, ColumnDrift]]) -> dict[str, dict[str, Any]]:
    tables: dict[str, dict[str, Any]] = {}
    for comparison, drifted in compared:
        distances = [{**asdict(each), "critical": each.critical, "drifted": each.drifted} for each in drifted.distances]
        counts = {} if comparison.counts is None else comparison.counts.to_json()
        column = {"drifted": drifted.drifted, "reason": drifted.reason, "distances": distances, **counts}
        tables.setdefault(comparison.table, {})[comparison.name] = column
    return tables
