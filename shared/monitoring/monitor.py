"""Monitor a scenario: every window once, its quality as labels arrive, and then whether to retrain."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.core.breach import Action, Cause
from shared.core.claims import once
from shared.core.errors import Missing, Permanent
from shared.core.ledger import Kind, Outcome, State
from shared.core.scenario import Scenario, find_scenario
from shared.core.wording import counted
from shared.monitoring.breaches import close_breaches, open_breach
from shared.monitoring.drift.column_comparison import is_drifted
from shared.monitoring.drift.scored_rows import (
    WindowData,
    batch_window,
    is_complete_hour,
    note_listed_hours,
    served_hours,
    served_window,
)
from shared.monitoring.drift.window_drift import measure_window
from shared.monitoring.governor import decide_for_scenario
from shared.monitoring.label_tables.follower import follow_window
from shared.monitoring.measures import MONITOR_VERSION, Source, WindowFacts
from shared.monitoring.quality import state_quality
from shared.monitoring.scorecards import compute_scorecards
from shared.monitoring.served_quality import state_served_quality
from shared.monitoring.triage import DataIssue
from shared.monitoring.trials.after_promotion import try_promotion
from shared.monitoring.trials.before_promotion import try_challenger
from shared.prediction.window import Window, WindowState

if TYPE_CHECKING:
    from shared.monitoring.ports import MonitoringPorts


# The causes that a clean window resolves. Quality and new data close their own breaches.
_RESOLVED_BY_WINDOW = tuple(cause for cause in Cause if cause not in {Cause.CONCEPT_DRIFT, Cause.DATA_OVERDUE})


@dataclass(frozen=True, slots=True)
class MonitoringRound:
    """What one round of monitoring did for a scenario; `stated` counts the qualities it stated."""

    scenario: str
    windows: tuple[str, ...]
    stated: int
    decisions: tuple[str, ...]


def monitor_messages(ports: MonitoringPorts) -> list[str]:
    """A queue message for each scenario with a deployed model: the timer only sends these."""
    served = [name for name in ports.core.scenarios if ports.release.deployments.current(name) is not None]
    return [json.dumps({"scenario": name}) for name in served]


def monitor(ports: MonitoringPorts, scenario_name: str, message: str = "") -> MonitoringRound:
    """Measure every new window, state quality, ask the governor, bring scorecards up to date.

    Missing when there is no such scenario. Any worker may repeat any step.
    """
    scenario, began = find_scenario(ports.core.scenarios, scenario_name), ports.core.clock()
    windows = [name for name in unmonitored_windows(ports, scenario) if _measure_once(ports, scenario, name, message)]
    note_listed_hours(ports, scenario.name, began)
    before = {one.window: one.labelled for one in ports.monitoring.qualities.provisional(scenario.name)}
    batches = state_quality(ports, scenario)
    for one in batches:
        if one.labelled != before.get(one.window, 0):
            follow_window(ports, scenario, one.window)
    stated = [*batches, *state_served_quality(ports, scenario)]
    try_promotion(ports, scenario)
    try_challenger(ports, scenario)
    decisions = decide_for_scenario(ports, scenario)
    compute_scorecards(ports, scenario)
    return MonitoringRound(
        scenario.name, tuple(windows), len(stated), tuple(decision.sentence for decision in decisions)
    )


def measure_again(ports: MonitoringPorts, scenario_name: str, window: str) -> Outcome:
    """Measure this window now, also when it was measured before; Missing when there is no window of that name."""
    scenario = find_scenario(ports.core.scenarios, scenario_name)
    now = ports.core.clock()
    if not _is_batch(ports, scenario, window) and not is_complete_hour(ports, scenario.name, window, now):
        raise Missing(f"{scenario.name} has no complete, predicted window {window!r}.")
    outcome = _measure(ports, scenario, window)
    state_quality(ports, scenario)
    return outcome


def unmonitored_windows(ports: MonitoringPorts, scenario: Scenario) -> list[str]:
    """The windows, in order, that this version of the monitor has not finished."""
    due, abandoned = ports.monitoring.due_windows, _abandoned(ports, scenario)
    hours = _hours(ports, scenario, abandoned)
    measured = due.measured(scenario.name, hours)
    batches = dict.fromkeys(due.unmeasured(scenario.name))
    again = [window for window in sorted(abandoned) if window not in batches and _is_batch(ports, scenario, window)]
    return [*again, *batches, *(hour for hour in hours if hour not in measured or hour in abandoned)]


def _abandoned(ports: MonitoringPorts, scenario: Scenario) -> set[str]:
    """Windows whose worker died after it kept the measures and before it acted on them."""
    stuck = [entry.key for entry in ports.core.history.stuck(ports.core.clock()) if entry.kind == Kind.MONITOR]
    prefix = f"{scenario.name}/"
    return {key.removeprefix(prefix).rpartition("@")[0] for key in stuck if key.startswith(prefix)}


def _hours(ports: MonitoringPorts, scenario: Scenario, abandoned: set[str]) -> list[str]:
    """The complete hours that may be new, and those of which the measures were kept and nothing more."""
    now = ports.core.clock()
    left = {one for one in abandoned if is_complete_hour(ports, scenario.name, one, now)}
    return sorted({*served_hours(ports, scenario.name, now), *left})


def _is_batch(ports: MonitoringPorts, scenario: Scenario, name: str) -> bool:
    """Whether it is a committed or quarantined window, and no correction: that has the rows of the one it corrects."""
    if ports.prediction.corrections.find(scenario.name, name) is not None:
        return False
    window = ports.prediction.windows.find(scenario.name, name)
    refused = window is not None and window.state == WindowState.QUARANTINED
    return refused or ports.prediction.predictions.find_commit(scenario.name, name) is not None


def _measure_once(ports: MonitoringPorts, scenario: Scenario, window: str, message: str) -> bool:
    """Whether this call measured the window; a window that cannot be read is recorded and not tried again."""
    key = f"{scenario.name}/{window}@{MONITOR_VERSION}"
    return once(ports, Kind.MONITOR, key, message, lambda: _measure(ports, scenario, window)).acted


def _measure(ports: MonitoringPorts, scenario: Scenario, window: str) -> Outcome:
    planned = ports.prediction.windows.find(scenario.name, window)
    if planned is not None and planned.state == WindowState.QUARANTINED:
        return _record_quarantined(ports, scenario, planned)
    try:
        data = _window_data(ports, scenario, window)
    except Permanent as fault:
        return _record_unreadable(ports, scenario, window, fault)
    report = measure_window(ports, scenario, data)
    if _is_newest(ports, scenario, report.facts):
        # Only the newest window opens and closes breaches; an older one measured again changes numbers only.
        for issue in report.issues:
            open_breach(ports, scenario.name, issue, window)
        close_breaches(ports, scenario.name, report.issues, _RESOLVED_BY_WINDOW, action=Action.ALERT)
        close_breaches(ports, scenario.name, report.issues, (Cause.POPULATION_DRIFT,))
    drifted = sorted({measure.feature for measure in report.drift if is_drifted(measure)})
    causes = sorted({issue.cause for issue in report.issues})
    found = _drift_words(drifted, data.rows, scenario.monitoring.min_rows)
    findings = f"Drift: {found}. Breaches: {', '.join(causes) or 'none'}."
    reason = f"{counted(data.rows, 'row was', 'rows were')} monitored. {findings}"
    return Outcome(State.DONE, reason, {"drifted": drifted, "causes": causes})


def _drift_words(drifted: Sequence[str], rows: int, needed: int) -> str:
    """What drifted; too few rows show neither drift nor its absence."""
    if drifted:
        return ", ".join(drifted)
    return "none" if rows >= needed else f"not compared ({counted(rows, 'row')}; {needed} needed)"


def _is_newest(ports: MonitoringPorts, scenario: Scenario, facts: WindowFacts) -> bool:
    return ports.monitoring.due_windows.newest(scenario.name, facts.source) <= facts.ordinal


def _window_data(ports: MonitoringPorts, scenario: Scenario, window: str) -> WindowData:
    commit = ports.prediction.predictions.find_commit(scenario.name, window)
    return served_window(ports, scenario, window) if commit is None else batch_window(ports, scenario, commit)


def _record_quarantined(ports: MonitoringPorts, scenario: Scenario, window: Window) -> Outcome:
    """A quarantined window has no rows to measure; for its consumers the reason is a change of the schema."""
    issue = DataIssue(Cause.SCHEMA_CHANGE, scenario.batch.table, "", window.reason)
    _keep_unmeasured(ports, scenario, window.id, window.ordinal, window.reason)
    open_breach(ports, scenario.name, issue, window.id, announced_by="WindowQuarantined")
    return Outcome(State.DONE, f"The window was quarantined: {window.reason}")


def _record_unreadable(ports: MonitoringPorts, scenario: Scenario, window: str, fault: Permanent) -> Outcome:
    """The inputs are gone or have changed: nothing is measured, and the reason is recorded."""
    commit = ports.prediction.predictions.find_commit(scenario.name, window)
    _keep_unmeasured(ports, scenario, window, commit.ordinal if commit else 0, fault.reason)
    return Outcome(State.DONE, f"The window could not be read: {fault.reason}")


def _keep_unmeasured(ports: MonitoringPorts, scenario: Scenario, window: str, ordinal: int, reason: str) -> None:
    source = Source.SERVED if window.startswith("served-") and not ordinal else Source.BATCH
    facts = WindowFacts(scenario.name, window, source, ordinal, 0, 0, "", "", reason, ports.core.clock())
    ports.monitoring.measurements.replace(facts, ())
