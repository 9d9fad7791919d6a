"""Training admission: a drop in another unit, or from a stuck sensor, is quarantined before a model learns from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from shared.core.breach import Action, Cause
from shared.core.errors import Quarantined
from shared.core.paths import Landing
from shared.monitoring import triage
from shared.monitoring.breaches import close_breaches
from shared.monitoring.drift.column_comparison import compare_columns, input_names, match_columns
from shared.monitoring.drift.references import baseline_profile, training_profile, training_rows
from shared.monitoring.measures import Reference
from shared.monitoring.triage import DataIssue
from shared.profiles.profile import TableProfile
from shared.profiles.row_facts import RowFacts

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.monitoring.ports import MonitoringPorts


def check_admission(ports: MonitoringPorts, where: Landing, tables: Mapping[str, pa.Table]) -> None:
    """Quarantined when a column shows one of the causes for which the scenario declares a quarantine.

    Columns are compared with the accepted baseline; without one, with the training data of the serving model; without
    either, with nothing.
    """
    scenario = where.scenario
    wanted = scenario.monitoring.quarantine
    if not wanted:
        return
    profiles, rows = _reference(ports, scenario.name)
    for issue in _issues(ports, where, tables, profiles, rows):
        if issue.cause in wanted:
            sentence = f"{issue.sentence} Nothing is learned from it; correct the file and drop it again."
            raise Quarantined(issue.cause, sentence, table=issue.table, column=issue.column)


def close_admission_breaches(ports: MonitoringPorts, scenario: str) -> None:
    """Close the breaches of earlier drops that were refused: a drop has been admitted again."""
    close_breaches(ports, scenario, (), tuple(Cause), action=Action.QUARANTINE)


def _reference(ports: MonitoringPorts, scenario: str) -> tuple[Mapping[str, TableProfile], Mapping[str, RowFacts]]:
    current = ports.release.deployments.current(scenario)
    model = None if current is None else ports.training.registry.find(current.model, current.version)
    dataset = "" if model is None else model.dataset
    rows = training_rows(ports, scenario, dataset) if dataset else {}
    _, accepted = baseline_profile(ports, scenario)
    return accepted or (training_profile(ports, scenario, dataset) if dataset else {}), rows


def _issues(
    ports: MonitoringPorts,
    where: Landing,
    tables: Mapping[str, pa.Table],
    profiles: Mapping[str, TableProfile],
    rows: Mapping[str, RowFacts],
) -> Iterator[DataIssue]:
    scenario, policy = where.scenario, where.scenario.monitoring
    for name, table in tables.items():
        if name not in profiles or table.num_rows < policy.min_rows:
            continue
        inputs = [column for column in input_names(scenario, scenario.table(name)) if column not in scenario.targets]
        described = ports.profiles.profiler.describe(table, profiles[name])
        runs = ports.profiles.profiler.rows(table).runs
        columns = list(match_columns(name, inputs, described, profiles[name]))
        for comparison in compare_columns(columns, Reference.BASELINE, "", policy, scenario.band):
            column = comparison.column
            before = rows[name].runs.get(column.name) if name in rows else None
            issue = triage.judge_column(column, comparison.drift, (runs.get(column.name), before), policy)
            if issue is not None:
                yield issue
