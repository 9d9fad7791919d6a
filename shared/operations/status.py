"""The status of every scenario, and the outcome of a drop or a run, read from the state alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.core.drops import HELD, blob_key, drop_files, drop_key, without_marker
from shared.core.errors import Missing
from shared.core.lake_reading import read_json
from shared.core.ledger import ENDED, Entry, Kind, State
from shared.core.paths import Landing
from shared.core.timers.listing_round import FILES
from shared.intake.arrivals import is_whole
from shared.monitoring.overdue import overdue_breach
from shared.operations.standing import challenger_json, challenger_of
from shared.profiles.baseline import offered_baseline
from shared.release.aftercare.lost_trials import trial_key
from shared.release.looks import newest_entry
from shared.release.verdict import Verdict
from shared.serving.deployment import Deployment
from shared.training.model import Model
from shared.training.run import Run
from shared.training.stored_models import find_graph

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


_ENDED_BADLY = frozenset({State.QUARANTINED, State.FAILED, State.GONE, State.SUPERSEDED})


@dataclass(frozen=True, slots=True)
class DropOutcome:
    """The outcome of a drop, as `mlops drop --json` prints it."""

    scenario: str
    drop: str
    outcome: str
    reason: str
    dataset: str | None = None
    model: str | None = None
    gate: Mapping[str, Any] | None = None


def status(ports: OperationsPorts) -> Mapping[str, Any]:
    """Per scenario: the newest dataset, the newest run, what serves, open windows, and rows that are predicted.

    Of a window that was corrected the newest version counts. `listed` says when the sweep last saw every landed file.
    """
    totals = ports.operations.totals.totals(ports.core.scenarios)
    scenarios = {name: _scenario_status(ports, name, totals[name]) for name in sorted(ports.core.scenarios)}
    return {"scenarios": scenarios, "listed": _listed(ports)}


def _listed(ports: OperationsPorts) -> Mapping[str, Any] | None:
    """The last whole round of the sweep, and how far the one under way is; None before the first sweep."""
    found = ports.core.rounds.find(FILES)
    if found is None:
        return None
    ended = found.ended_at.isoformat() if found.ended_at else None
    return {"ended_at": ended, "files": found.ended_files, "under_way": 0 if found.is_new else found.files}


def _scenario_status(ports: OperationsPorts, name: str, totals: Mapping[str, int]) -> Mapping[str, Any]:
    datasets, run = ports.datasets.versions.ids(name), ports.training.runs.newest(name)
    current = ports.release.deployments.current(name)
    graph = find_graph(ports, current.model, current.version, current.sha256) if current else None
    return {
        "dataset": datasets[-1] if datasets else None,
        "run": {"id": run.id, "state": run.state} if run else None,
        "model": current.model_id if current else None,
        "deployed_at": current.at.isoformat() if current else None,
        "metric": _metric(ports, graph) if graph else None,
        "generation": current.generation if current else 0,
        "newest_row": _newest_row(ports, graph) if graph else None,
        "override": current.override if current else False,
        "challenger": challenger_json(challenger_of(ports, name, current)),
        "offered_baseline": offered_baseline(ports, name) or None,
        "trial": _trial(ports, current) if current else None,
        "overdue": overdue.sentence if (overdue := overdue_breach(ports, name)) else None,
        "breaches": len(ports.monitoring.breaches.list(name, "open")),
        "approvals": [one.id for one in ports.release.approvals.list(name) if one.state == "open"],
        "open_windows": totals["open_windows"],
        "predictions": totals["predictions"],
    }


def _metric(ports: OperationsPorts, graph: Model) -> Mapping[str, Any] | None:
    """The scenario's own metric of the graph that serves, as its evaluation has it; None where it has none."""
    name = ports.core.scenarios[graph.name].metric
    value = graph.metrics.get(name)
    return None if value is None else {"name": name, "value": value}


def _trial(ports: OperationsPorts, current: Deployment) -> str | None:
    """How the trial of the generation stands."""
    entry = ports.core.history.find(Kind.TRIAL, trial_key(current))
    return entry.reason if entry else None


def _newest_row(ports: OperationsPorts, graph: Model) -> str | None:
    """When the newest row was that the serving graph learned from; None where rows have no time."""
    try:
        learned = read_json(ports, graph.manifest_path).get("learned")
    except Missing:
        return None
    return None if learned is None else learned.get("newest")


def drop_outcome(ports: OperationsPorts, where: Landing) -> DropOutcome | None:
    """The outcome of the drop as its blobs are now, or None while something is still to come."""
    landed = drop_files(ports, where)
    blobs = without_marker(where, landed)
    entry = ports.core.history.find(Kind.DROP, drop_key(where, blobs))
    if entry is None or entry.state not in ENDED or entry.detail.get(HELD):
        entries = [ports.core.history.find(Kind.BLOB, blob_key(blob)) for blob in blobs]
        return _before_the_drop(where, entries, whole=is_whole(where, landed))
    if entry.state in (State.DONE, State.DUPLICATE):
        return _after_dataset(ports, where, entry)
    return _ended(where, entry.state, entry.reason)


def _before_the_drop(where: Landing, entries: list[Entry | None], *, whole: bool) -> DropOutcome | None:
    """Files that never made a drop: refused one by one, or waiting for others; those of a whole drop are taken soon."""
    if not entries or any(entry is None or entry.state not in ENDED for entry in entries):
        return None
    known = [entry for entry in entries if entry is not None]
    for entry in known:
        if entry.state in _ENDED_BADLY:
            return _ended(where, entry.state, entry.reason)
    waiting = [entry for entry in known if entry.state == State.WAITING]
    return _ended(where, State.WAITING, waiting[-1].reason) if waiting and not whole else None


def _ended(where: Landing, state: str, reason: str) -> DropOutcome:
    outcome = state if state in ("quarantined", "waiting") else "failed"
    return DropOutcome(where.scenario.name, where.drop, outcome, reason)


def _after_dataset(ports: OperationsPorts, where: Landing, entry: Entry) -> DropOutcome | None:
    name, dataset = where.scenario.name, str(entry.detail.get("dataset") or "")
    runs = ports.training.runs.list(name, dataset=dataset)
    model = _model_of(ports, runs)
    if entry.state == State.DUPLICATE:
        return DropOutcome(name, where.drop, "duplicate", entry.reason, dataset or None, model.id if model else None)
    if model is not None:
        return _judged(ports, name, where.drop, dataset, model)
    if runs and runs[-1].state == "failed":
        return DropOutcome(name, where.drop, "failed", runs[-1].reason, dataset)
    return None


def _model_of(ports: OperationsPorts, runs: Sequence[Run]) -> Model | None:
    ids = {run.id for run in runs}
    models = [model for model in ports.training.registry.list() if model.run in ids]
    return models[-1] if models else None


def _judged(ports: OperationsPorts, scenario: str, drop: str, dataset: str, model: Model) -> DropOutcome | None:
    entry = newest_entry(ports, model.id)
    if entry is None or entry.state not in ENDED:
        return None
    outcome = {"done": "deployed", "refused": "refused", "waiting": "waiting", "undecided": "undecided"}.get(
        entry.state, "failed"
    )
    verdict = ports.release.deployments.verdict(model)
    gate = None if verdict is None else {"passed": verdict.passed, "verdict": verdict.state, "checks": _checks(verdict)}
    return DropOutcome(scenario, drop, outcome, entry.reason, dataset, model.id, gate)


def run_outcome(ports: OperationsPorts, run_id: str) -> DropOutcome | None:
    """The outcome of a training run: that of its model's release, or failed; None while it goes on."""
    run = ports.training.runs.find(run_id)
    if run is None:
        return None
    model = _model_of(ports, [run])
    if model is not None:
        return _judged(ports, run.scenario, run.id, run.dataset, model)
    return DropOutcome(run.scenario, run.id, "failed", run.reason, run.dataset) if run.state == "failed" else None


def _checks(verdict: Verdict) -> list[Mapping[str, Any]]:
    facts = ("name", "verdict", "value", "threshold", "reason")
    return [{fact: getattr(check, fact) for fact in facts} for check in verdict.checks]
