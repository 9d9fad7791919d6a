"""Measure one window: its distances from every reference, and the issues of its data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.core.breach import Cause
from shared.core.scenario import Scenario
from shared.monitoring import triage
from shared.monitoring.drift.column_comparison import (
    DriftedKeys,
    MatchedColumn,
    ReferenceComparison,
    WindowRef,
    compare_columns,
    drifted_keys,
    match_columns,
    measures,
)
from shared.monitoring.drift.references import baseline_profile, holdout_profile, training_profile, training_runs
from shared.monitoring.drift.row_issues import repeated_rows, volume_issues
from shared.monitoring.drift.scored_rows import SERVED_TABLE, WindowData
from shared.monitoring.drift.window_profiles import keep_window_profile, read_window_profile
from shared.monitoring.measures import DriftMeasure, DriftVerdict, Reference, Source, WindowFacts
from shared.monitoring.triage import DataIssue
from shared.profiles.column_warnings import ColumnComparison
from shared.profiles.profile import TableProfile
from shared.profiles.row_facts import RowFacts, Run
from shared.training.stored_models import model_by_id

if TYPE_CHECKING:
    from shared.monitoring.ports import MonitoringPorts


ANSWERS = "answers"
# How many windows before one may tell what drifted, or be a reference of its answers.
LOOK_BACK = 200


@dataclass(frozen=True, slots=True)
class WindowReport:
    """The facts of one window, its drift measures, and the issues of its data."""

    facts: WindowFacts
    drift: Sequence[DriftMeasure]
    issues: Sequence[DataIssue]


def measure_window(ports: MonitoringPorts, scenario: Scenario, data: WindowData) -> WindowReport:
    """Measure the window and keep its measures and its profile; the caller acts on the issues."""
    window = WindowRef(scenario.name, data.window, data.source, data.ordinal, data.model, ports.core.clock())
    before = _earlier_windows(ports, window)
    in_order = data.tables if data.in_order else {}
    rows = {name: ports.profiles.profiler.rows(table) for name, table in in_order.items()}
    inputs, issues = _compare_inputs(ports, scenario, data, rows)
    answers = list(_compare_answers(ports, scenario, data, before))
    drifted, policy = _drifted_before(ports, window, before), scenario.monitoring
    drift = [measure for each in (*inputs, *answers) for measure in measures(each, window, drifted, policy)]
    repeated, repeats = repeated_rows(ports, scenario, before, rows)
    issues = [*issues, *repeats, *volume_issues(data, before, scenario)]
    keep_window_profile(ports, scenario, data, rows)
    facts = WindowFacts(
        scenario.name, data.window, data.source, data.ordinal, data.rows, repeated, data.model, data.dataset, "",
        window.at,
    )  # fmt: skip
    ports.monitoring.measurements.replace(facts, drift)
    return WindowReport(facts, drift, _lasting(issues, drift))


def _lasting(issues: Sequence[DataIssue], drift: Sequence[DriftMeasure]) -> list[DataIssue]:
    """Defects at once; drift only of a feature in which it persists. Each (cause, table, column) once."""
    persistent = {measure.feature for measure in drift if measure.verdict == DriftVerdict.PERSISTENT}
    lasting = [issue for issue in issues if issue.cause != Cause.POPULATION_DRIFT or issue.column in persistent]
    return list({(issue.cause, issue.table, issue.column): issue for issue in lasting}.values())


def _compare_inputs(
    ports: MonitoringPorts, scenario: Scenario, data: WindowData, rows: Mapping[str, RowFacts]
) -> tuple[list[ReferenceComparison], list[DataIssue]]:
    """The inputs against the training data and the accepted baseline; issues come from the training data alone."""
    number, baseline = baseline_profile(ports, scenario.name)
    training = _training_profiles(ports, scenario, data)
    against_training = _compare(ports, scenario, data, Reference.TRAINING, data.dataset, training)
    accepted = _by_feature(baseline) if data.source == Source.SERVED else baseline
    against_baseline = _compare(ports, scenario, data, Reference.BASELINE, number, accepted)
    issues = [*_column_issues(ports, scenario, data, against_training, rows), *_missing_columns(data, training)]
    return [*against_training, *against_baseline], issues


def _compare(  # noqa: PLR0917 -- the window, and what it is compared with
    ports: MonitoringPorts,
    scenario: Scenario,
    data: WindowData,
    reference: Reference,
    reference_id: str,
    profiles: Mapping[str, TableProfile],
) -> list[ReferenceComparison]:
    columns: list[MatchedColumn] = []
    for name, table in data.tables.items():
        if name in profiles:
            described = ports.profiles.profiler.describe(table, profiles[name])
            columns.extend(match_columns(name, data.columns[name], described, profiles[name]))
    return list(compare_columns(columns, reference, reference_id, scenario.monitoring, scenario.band))


def _missing_columns(data: WindowData, profiles: Mapping[str, TableProfile]) -> Iterator[DataIssue]:
    for name, table in data.tables.items():
        monitored = set(data.columns[name])
        then = [column for column in profiles[name].columns if column in monitored] if name in profiles else []
        yield from triage.columns_differ(name, table.schema.names, then)


def _column_issues(
    ports: MonitoringPorts,
    scenario: Scenario,
    data: WindowData,
    comparisons: Sequence[ReferenceComparison],
    rows: Mapping[str, RowFacts],
) -> Iterator[DataIssue]:
    reference = training_runs(ports, scenario.name, data.dataset) if data.in_order else {}
    for comparison in comparisons:
        column = comparison.column
        if comparison.rows < scenario.monitoring.min_rows:
            continue
        runs = (_run(rows, column), reference.get(column.table, {}).get(column.name))
        issue = triage.judge_column(column, comparison.drift, runs, scenario.monitoring)
        if issue is not None:
            yield issue


def _run(rows: Mapping[str, RowFacts], column: ColumnComparison) -> Run | None:
    return rows[column.table].runs.get(column.name) if column.table in rows else None


def _training_profiles(ports: MonitoringPorts, scenario: Scenario, data: WindowData) -> Mapping[str, TableProfile]:
    """The profiles of the model's training data; of requests, whose columns are features, those of its holdout."""
    if data.source == Source.BATCH:
        return training_profile(ports, scenario.name, data.dataset)
    model = model_by_id(ports, data.model)
    return {} if model is None else {SERVED_TABLE: holdout_profile(ports, scenario, model).inputs}


def _by_feature(tables: Mapping[str, TableProfile]) -> Mapping[str, TableProfile]:
    """All columns of all tables as one table: a request names features, whatever table they once came from."""
    columns = {name: column for table in tables.values() for name, column in table.columns.items()}
    return {SERVED_TABLE: TableProfile(0, columns)} if columns else {}


def _compare_answers(
    ports: MonitoringPorts, scenario: Scenario, data: WindowData, before: Sequence[WindowFacts]
) -> Iterator[ReferenceComparison]:
    """The answers against those on the holdout, and against the latest earlier window of the same model."""
    model = model_by_id(ports, data.model)
    if model is None or data.answers is None:
        return
    references = [(Reference.HOLDOUT, model.id, holdout_profile(ports, scenario, model).answers)]
    sound = _without_defects(ports, scenario.name, before)
    earlier = next((facts for facts in sound if facts.model == data.model and facts.rows), None)
    profile = read_window_profile(ports, scenario.name, earlier.window) if earlier is not None else None
    if profile is not None and profile.answers is not None:
        references.append((Reference.EARLIER, profile.window, profile.answers))
    for reference, name, answers in references:
        described = ports.profiles.profiler.describe(data.answers, answers)
        columns = list(match_columns(ANSWERS, data.answers.schema.names, described, answers))
        yield from compare_columns(columns, reference, name, scenario.monitoring, scenario.band)


def _without_defects(ports: MonitoringPorts, scenario: str, windows: Sequence[WindowFacts]) -> list[WindowFacts]:
    """The windows without a defect: the answers to wrong data are no reference."""
    ordinals = {facts.window: facts.ordinal for facts in windows}
    defects = [
        range(ordinals[breach.first_window], ordinals[breach.last_window] + 1)
        for breach in ports.monitoring.breaches.list(scenario)
        if not breach.may_retrain and breach.first_window in ordinals and breach.last_window in ordinals
    ]
    return [facts for facts in windows if not any(facts.ordinal in defect for defect in defects)]


def _earlier_windows(ports: MonitoringPorts, window: WindowRef) -> list[WindowFacts]:
    """The monitored windows of the same source before this one, newest first."""
    earlier = ports.monitoring.measurements.earlier(window.scenario, window.source, window.ordinal, LOOK_BACK)
    return [facts for facts in earlier if facts.monitor_version]


def _drifted_before(ports: MonitoringPorts, window: WindowRef, before: Sequence[WindowFacts]) -> list[DriftedKeys]:
    """What drifted in each earlier window; only as many windows as persistence looks back on."""
    look_back = ports.core.scenarios[window.scenario].monitoring.n - 1
    windows = [facts for facts in before if facts.rows][:look_back]
    return [drifted_keys(ports.monitoring.measurements.drift(window.scenario, facts.window)) for facts in windows]
