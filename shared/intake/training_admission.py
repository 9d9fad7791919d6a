"""Training admission: a drop in another unit, or from a stuck sensor, is quarantined before a model learns from it.

A sensor that no model learns from holds nothing up: people are told that it looks stuck.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from shared.core.breach import Action, BreachState, Cause
from shared.core.errors import Quarantined
from shared.core.lake_reading import read_json
from shared.core.paths import Landing, dataset_folder
from shared.core.scenario import Scenario
from shared.monitoring import triage
from shared.monitoring.breaches import close_breach, close_breaches, open_breach
from shared.monitoring.drift.column_comparison import compare_columns, input_names, match_columns
from shared.monitoring.drift.references import baseline_profile, training_profile, training_runs
from shared.monitoring.measures import Reference
from shared.monitoring.mixed_units import mixed_unit
from shared.monitoring.triage import DataIssue
from shared.profiles.profile import DatasetProfile, TableProfile
from shared.profiles.row_facts import Run
from shared.profiles.validation import compared_columns
from shared.training.trainability import should_vary

if TYPE_CHECKING:
    import numpy as np

    from shared.datasets.rows import Rows
    from shared.monitoring.ports import MonitoringPorts

    # The longest repeats by table and column.
    Runs = Mapping[str, Mapping[str, Run]]


# Of a longer column so many values are looked at for a mix of units: a share is off by less than 0.1 %.
_MOST_VALUES = 1 << 22
# Versions whose new rows are looked at when nothing else can be compared with.
_LOOKED_BACK = 5


def check_admission(ports: MonitoringPorts, where: Landing, tables: Mapping[str, Rows]) -> None:
    """Quarantined when a column shows one of the causes for which the scenario declares a quarantine.

    A stuck column that need not vary is an open breach instead, until a drop or a window shows it well.

    Columns are compared with the accepted baseline; without one, with the training data of the serving model; without
    either, with the newest rows that were accepted. Without any of them a column is only compared with itself.
    """
    scenario = where.scenario
    wanted = scenario.monitoring.quarantine
    if not wanted:
        return
    profiles, before = _reference(ports, scenario.name)
    issues = (*_mixed(where, tables, profiles), *_issues(ports, where, tables, profiles, before))
    told = [issue for issue in issues if _only_told(scenario, issue)]
    for issue in issues:
        if issue.cause in wanted and issue not in told:
            sentence = f"{issue.sentence} Nothing is learned from it; correct the file and drop it again."
            raise Quarantined(issue.cause, sentence, table=issue.table, column=issue.column)
    _tell_stuck(ports, where, tables, told)


def _only_told(scenario: Scenario, issue: DataIssue) -> bool:
    """Whether the issue is a stuck column that need not vary: no model learns from it, or it may be constant."""
    if issue.cause != Cause.STUCK_SENSOR:
        return False
    return not should_vary(scenario, scenario.table(issue.table).column(issue.column))


def _tell_stuck(
    ports: MonitoringPorts, where: Landing, tables: Mapping[str, Rows], issues: Sequence[DataIssue]
) -> None:
    """Alert to these columns; the breaches of others of these tables that need not vary are closed."""
    scenario, least = where.scenario, where.scenario.monitoring.min_rows
    stuck = {(issue.table, issue.column) for issue in issues}
    for breach in ports.monitoring.breaches.list(scenario.name, BreachState.OPEN):
        known = breach.table in tables and tables[breach.table].num_rows >= least
        issue = DataIssue(breach.cause, breach.table, breach.column, breach.sentence)
        well = known and breach.action == Action.ALERT and (breach.table, breach.column) not in stuck
        if well and _only_told(scenario, issue):
            close_breach(ports, breach)
    for issue in issues:
        open_breach(ports, scenario.name, issue, where.drop)


def close_admission_breaches(ports: MonitoringPorts, scenario: str) -> None:
    """Close the breaches of earlier drops that were refused: a drop has been admitted again."""
    close_breaches(ports, scenario, (), tuple(Cause), action=Action.QUARANTINE)


def _reference(ports: MonitoringPorts, scenario: str) -> tuple[Mapping[str, TableProfile], Runs]:
    current = ports.release.deployments.current(scenario)
    model = None if current is None else ports.training.registry.find(current.model, current.version)
    dataset = "" if model is None else model.dataset
    runs = training_runs(ports, scenario, dataset) if dataset else {}
    _, accepted = baseline_profile(ports, scenario)
    trained = training_profile(ports, scenario, dataset) if dataset and not accepted else {}
    least = ports.core.scenarios[scenario].monitoring.min_rows
    return accepted or trained or _newest_profile(ports, scenario, least), runs


def _newest_profile(ports: MonitoringPorts, scenario: str, least: int) -> Mapping[str, TableProfile]:
    """Of each table the profile of the rows that came last, at least so many; looks back a few versions only."""
    found: dict[str, TableProfile] = {}
    for dataset in reversed(ports.datasets.versions.ids(scenario)[-_LOOKED_BACK:]):
        path = f"{dataset_folder(scenario, dataset)}profile.json"
        if ports.core.lake.stat(path) is not None:
            tables = DatasetProfile.from_json(read_json(ports, path)).tables
            found = {**{name: table for name, table in tables.items() if table.rows >= least}, **found}
    return found


def _mixed(where: Landing, tables: Mapping[str, Rows], profiles: Mapping[str, TableProfile]) -> Iterator[DataIssue]:
    """Columns of which a part is in another unit, in drops of any size."""
    for name, table in tables.items():
        declared = where.scenario.table(name)
        for column in compared_columns(where.scenario, declared):
            if declared.column(column).kind in ("int", "float") and column not in where.scenario.targets:
                before = profiles[name].columns.get(column) if name in profiles else None
                words = mixed_unit(_finite(table, column), before)
                if words:
                    sentence = f"The unit of column {column!r} in table {name!r} is mixed: {words}."
                    yield DataIssue(Cause.UNIT_CHANGE, name, column, sentence)


def _finite(table: Rows, column: str) -> np.ndarray:
    """The finite values of the column; of a long one those of a fixed choice of rows."""
    import numpy as np

    found, start = [np.empty(0)], 0
    for block in table.blocks([column]):
        values = block.column(column)
        if table.num_rows > _MOST_VALUES:
            values = values.take(_chosen(start, block.num_rows, _MOST_VALUES / table.num_rows))
        start += block.num_rows
        numbers = values.drop_null().to_numpy().astype(np.float64)
        found.append(numbers[np.isfinite(numbers)])
    return np.concatenate(found)


def _chosen(start: int, rows: int, share: float) -> np.ndarray:
    """Which of these rows are looked at: a matter of their numbers alone."""
    import numpy as np

    from shared.datasets.row_index import mixed

    numbers = np.arange(start, start + rows, dtype=np.uint64)
    return np.flatnonzero(mixed(numbers) < np.uint64(share * 2**64))


def _issues(
    ports: MonitoringPorts,
    where: Landing,
    tables: Mapping[str, Rows],
    profiles: Mapping[str, TableProfile],
    before: Runs,
) -> Iterator[DataIssue]:
    scenario, policy = where.scenario, where.scenario.monitoring
    for name, table in tables.items():
        if name not in profiles or table.num_rows < policy.min_rows:
            continue
        inputs = [column for column in input_names(scenario, scenario.table(name)) if column not in scenario.targets]
        described = ports.profiles.profiler.describe(table, profiles[name])
        runs = ports.profiles.profiler.runs(table)
        columns = list(match_columns(name, inputs, described, profiles[name]))
        for comparison in compare_columns(columns, Reference.BASELINE, "", policy, scenario.band):
            column = comparison.column
            both = runs.get(column.name), before.get(name, {}).get(column.name)
            issue = triage.judge_column(column, comparison.drift, both, policy)
            if issue is not None:
                yield issue
