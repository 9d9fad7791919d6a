"""Watching: every window once, then its quality as labels come, then the question whether to learn again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.core.breach import Cause
from shared.core.claims import once
from shared.core.errors import Missing, Permanent
from shared.core.ledger import Outcome
from shared.core.scenario import Scenario, find_scenario
from shared.monitoring.breaches import close_breaches, open_breach
from shared.monitoring.governor import ask_for_scenario
from shared.monitoring.measures import MONITOR_VERSION, Source, WindowFacts
from shared.monitoring.quality import state_quality
from shared.monitoring.scorecards import compute_scorecards
from shared.monitoring.scored_rows import Observed, batch_window, served_hours, served_window
from shared.monitoring.triage import Suspect
from shared.monitoring.window_drift import watch
from shared.prediction.window import Window

if TYPE_CHECKING:
    from shared.monitoring.ports import MonitoringPorts


# What one clean window says is over. Quality closes its own breach.
_SEEN_IN_WINDOWS: tuple[Cause, ...] = (
    "schema_change",
    "unit_change",
    "stuck_sensor",
    "null_surge",
    "volume_drop",
    "duplicate_load",
    "population_drift",
)


@dataclass(frozen=True, slots=True)
class Watch:
    """What one round of watching did for a scenario."""

    scenario: str
    windows: tuple[str, ...]
    stated: int
    decisions: tuple[str, ...]


def monitor_messages(ports: MonitoringPorts) -> list[str]:
    """One queue message a scenario that is served: the timer only asks."""
    served = [name for name in ports.core.scenarios if ports.release.deployments.current(name) is not None]
    return [json.dumps({"scenario": name}) for name in served]


def monitor(ports: MonitoringPorts, scenario_name: str, message: str = "") -> Watch:
    """Watch every window that was not watched yet, state quality, ask the governor, bring scorecards up to date.

    Missing when there is no such scenario. Every step may be repeated by anybody.
    """
    scenario = find_scenario(ports.core.scenarios, scenario_name)
    windows = [name for name in due(ports, scenario) if _watch_once(ports, scenario, name, message)]
    stated = state_quality(ports, scenario)
    decisions = ask_for_scenario(ports, scenario)
    compute_scorecards(ports, scenario)
    return Watch(scenario.name, tuple(windows), len(stated), tuple(one.sentence for one in decisions))


def watch_again(ports: MonitoringPorts, scenario_name: str, window: str) -> Outcome:
    """Measure this window now, whether or not it was measured before; Missing when there is none of that name."""
    scenario = find_scenario(ports.core.scenarios, scenario_name)
    known = {*_batches(ports, scenario), *served_hours(ports, scenario.name, ports.core.clock())}
    if window not in known:
        raise Missing(f"There is no window {window!r} of {scenario.name} that is over and predicted.")
    outcome = _watch(ports, scenario, window)
    state_quality(ports, scenario)
    return outcome


def due(ports: MonitoringPorts, scenario: Scenario) -> list[str]:
    """The windows that this version of the monitor has not watched to the end yet, in their order."""
    watched = {one.window for one in ports.monitoring.measurements.windows(scenario.name) if _current(one)}
    watched -= _abandoned(ports, scenario)
    windows = [*_batches(ports, scenario), *served_hours(ports, scenario.name, ports.core.clock())]
    return [window for window in windows if window not in watched]


def _abandoned(ports: MonitoringPorts, scenario: Scenario) -> set[str]:
    """Windows whose worker died between measuring and telling."""
    stuck = [entry.key for entry in ports.core.history.stuck(ports.core.clock()) if entry.kind == "monitor"]
    mine = [key for key in stuck if key.startswith(f"{scenario.name}/")]
    return {key.removeprefix(f"{scenario.name}/").rpartition("@")[0] for key in mine}


def _current(facts: WindowFacts) -> bool:
    return facts.monitor_version == MONITOR_VERSION


def _batches(ports: MonitoringPorts, scenario: Scenario) -> list[str]:
    """Committed windows and those that were refused, by ordinal."""
    # A correction has the rows of the window it corrects: watching them again would say nothing new.
    again = {one.window for one in ports.prediction.corrections.list(scenario.name)}
    commits = ports.prediction.predictions.commits(scenario.name)
    committed = {commit.window: commit.ordinal for commit in commits if commit.window not in again}
    refused = {window.id: window.ordinal for window in ports.prediction.windows.list(scenario.name, "quarantined")}
    together = {**refused, **committed}
    return sorted(together, key=lambda window: (together[window], window))


def _watch_once(ports: MonitoringPorts, scenario: Scenario, window: str, message: str) -> bool:
    """Whether this call watched the window; one that cannot be read is recorded and not tried again."""
    key = f"{scenario.name}/{window}@{MONITOR_VERSION}"
    return once(ports, "monitor", key, message, lambda: _watch(ports, scenario, window)).acted


def _watch(ports: MonitoringPorts, scenario: Scenario, window: str) -> Outcome:
    refused = [one for one in ports.prediction.windows.list(scenario.name, "quarantined") if one.id == window]
    if refused:
        return _refused(ports, scenario, refused[0])
    try:
        seen = _observed(ports, scenario, window)
    except Permanent as fault:
        return _unreadable(ports, scenario, window, fault)
    watched = watch(ports, scenario, seen)
    if _is_newest(ports, scenario, watched.facts):
        # What is wrong now is said by the newest window; an older one measured again changes numbers only.
        for suspect in watched.suspects:
            open_breach(ports, scenario.name, suspect, window)
        close_breaches(ports, scenario.name, watched.suspects, _SEEN_IN_WINDOWS, action="alert")
        close_breaches(ports, scenario.name, watched.suspects, ("population_drift",))
    drifted = sorted({one.feature for one in watched.drift if one.verdict in ("once", "persistent")})
    told = f"drifted: {', '.join(drifted)}" if drifted else "nothing drifted"
    causes = sorted({one.cause for one in watched.suspects})
    reason = f"{seen.rows} rows were watched; {told}. Breaches: {', '.join(causes) or 'none'}."
    return Outcome("done", reason, {"drifted": drifted, "causes": causes})


def _is_newest(ports: MonitoringPorts, scenario: Scenario, facts: WindowFacts) -> bool:
    mine = [one for one in ports.monitoring.measurements.windows(scenario.name) if one.source == facts.source]
    return all(one.ordinal <= facts.ordinal for one in mine)


def _observed(ports: MonitoringPorts, scenario: Scenario, window: str) -> Observed:
    commit = ports.prediction.predictions.committed(scenario.name, window)
    return served_window(ports, scenario, window) if commit is None else batch_window(ports, scenario, commit)


def _refused(ports: MonitoringPorts, scenario: Scenario, window: Window) -> Outcome:
    """A window that was quarantined has no rows; why it was is a change of the schema as seen from outside."""
    suspect = Suspect("schema_change", scenario.batch.table, "", window.reason)
    _keep(ports, scenario, window.id, window.ordinal, window.reason)
    open_breach(ports, scenario.name, suspect, window.id, told="WindowQuarantined")
    return Outcome("done", f"The window was refused: {window.reason}")


def _unreadable(ports: MonitoringPorts, scenario: Scenario, window: str, fault: Permanent) -> Outcome:
    """The inputs are not there any more, or not as they were: nothing is measured, and that is told."""
    commit = ports.prediction.predictions.committed(scenario.name, window)
    _keep(ports, scenario, window, commit.ordinal if commit else 0, fault.reason)
    return Outcome("done", f"The window could not be watched: {fault.reason}")


def _keep(ports: MonitoringPorts, scenario: Scenario, window: str, ordinal: int, reason: str) -> None:
    source: Source = "served" if window.startswith("served-") and not ordinal else "batch"
    facts = WindowFacts(scenario.name, window, source, ordinal, 0, 0, "", "", reason, ports.core.clock())
    ports.monitoring.measurements.replace(facts, ())
