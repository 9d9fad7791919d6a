"""The first page: running work, waiting work and whom it waits for, the latest failures, and the totals of the loop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from shared.core.breach import Cause
from shared.core.ledger import Entry, Kind, State
from shared.core.plain_json import plain
from shared.core.wording import counted
from shared.monitoring.timer_watch import all_late
from shared.operations.failures import open_failures
from shared.operations.poison import given_up
from shared.operations.replay import is_replayable
from shared.operations.standing import challenger_json, challenger_of
from shared.operations.views.query import ViewQuery
from shared.operations.views.releases import approval_value
from shared.profiles.baseline import offered_baseline
from shared.serving.deployment import Deployment
from shared.training.run import Run, RunState

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


_WHOM = {Cause.DATA_OVERDUE: "whoever delivers the files"}
_SHOWN = 8
_LOOP = ("files", "datasets", "models", "generations", "windows", "predictions")
# What waits for approval is shown as its request.
_SHOWN_AS_REQUESTS = ("approval", "model")
_OPEN_RUNS: tuple[RunState, ...] = ("requested", "running")


def overview(ports: OperationsPorts, query: ViewQuery) -> Mapping[str, Any]:  # noqa: ARG001 -- every view has this signature
    """The state of every scenario; it costs the same with a thousand predictions and with a million."""
    totals = ports.operations.totals.totals(ports.core.scenarios)
    scenarios = [_scenario(ports, name, totals[name]) for name in sorted(ports.core.scenarios)]
    value = {
        "now": ports.core.clock(),
        "late_timers": [timer.sentence for timer in all_late(ports)],
        "poison": [entry.reason for entry in given_up(ports)],
        "scenarios": scenarios,
        "running": list(_running(ports)),
        "scheduled": list(_scheduled(ports)),
        "waiting": list(_waiting(ports, totals)),
        "hints": [hint for name in sorted(totals) for hint in _hints(ports, name, totals[name])],
        "failures": [{**_line(entry), "replayable": is_replayable(entry)} for entry in open_failures(ports, _SHOWN)],
        "loop": {key: sum(scenario["totals"][key] for scenario in scenarios) for key in _LOOP},
    }
    return dict(plain(value))


def _scenario(ports: OperationsPorts, name: str, totals: Mapping[str, int]) -> Mapping[str, Any]:
    scenario, run = ports.core.scenarios[name], ports.training.runs.newest(name)
    newest = ports.datasets.versions.newest(name)
    current, commits = ports.release.deployments.current(name), ports.operations.prediction_rows.recent(name, 1)
    return {
        "name": name,
        "title": scenario.title,
        "task": scenario.task,
        "dataset": {"id": newest.id, "rows": newest.rows, "at": newest.created_at} if newest else None,
        "run": _run(run) if run else None,
        "serving": _serving(current) if current else None,
        "challenger": challenger_json(challenger_of(ports, name, current)),
        "predicted": {"window": commits[0].window, "rows": commits[0].rows, "at": commits[0].scored_at}
        if commits
        else None,
        "totals": {**totals, "generations": current.generation if current else 0},
    }


def _serving(current: Deployment) -> Mapping[str, Any]:
    facts = {"model": current.model_id, "generation": current.generation, "at": current.at}
    return {**facts, "override": current.override}


def _run(run: Run) -> Mapping[str, Any]:
    return {"id": run.id, "state": run.state, "reason": run.reason, "at": run.updated_at}


def _running(ports: OperationsPorts) -> Iterator[Mapping[str, Any]]:
    for run in ports.training.runs.list(states=_OPEN_RUNS):
        yield {"kind": "train", "scenario": run.scenario, "key": run.id, "state": run.state, "at": run.created_at,
               "reason": run.reason}  # fmt: skip
    for entry in ports.operations.totals.in_states({"in_progress"}, _SHOWN):
        yield _line(entry)


def _scheduled(ports: OperationsPorts) -> Iterator[Mapping[str, Any]]:
    """Scheduled training, the next due first, with the outcome of its newest occurrence."""
    active = [schedule for schedule in ports.training.schedules.list() if schedule.state == "active"]
    for schedule in sorted(active, key=lambda schedule: schedule.due):
        yield {
            "scenario": schedule.scenario,
            "name": schedule.name,
            "key": schedule.key,
            "often": schedule.recurrence.words,
            "due": schedule.due,
            "reason": schedule.reason,
        }


def _waiting(ports: OperationsPorts, totals: Mapping[str, Mapping[str, int]]) -> Iterator[Mapping[str, Any]]:
    """Work that waits, with whoever it waits for."""
    for entry in ports.operations.totals.in_states({"waiting", "released"}, 4 * _SHOWN):
        if entry.state == State.RELEASED or entry.kind not in _SHOWN_AS_REQUESTS:
            for_files = entry.state == State.WAITING and entry.kind != Kind.TABLE
            whom = "whoever delivers the files" if for_files else "the next timer"
            yield {**_line(entry), "whom": whom}
    for approval in ports.release.approvals.list():
        if approval.state == "open":
            model = ports.training.registry.find(approval.scenario, approval.version)
            reason = f"{approval.model} waits for approval in {approval.environment}: {approval.why}"
            yield {
                "kind": "approval",
                "scenario": approval.scenario,
                "key": approval.model,
                "state": "waiting",
                "reason": reason,
                "whom": "an approver",
                "page": "releases",
                "approval": approval_value(approval, ports.release.deployments.verdict(model) if model else None),
                "at": approval.requested_at,
            }
    for breach in list(ports.monitoring.breaches.list(state="open"))[-_SHOWN:]:
        whom = "the retrain governor" if breach.may_retrain else _WHOM.get(breach.cause, "an ML engineer")
        yield {
            "kind": "breach",
            "scenario": breach.scenario,
            "key": breach.id,
            "state": "waiting",
            "reason": breach.sentence,
            "whom": whom,
            "page": "monitoring",
            "at": breach.first_seen,
        }
    for name in sorted(totals):
        if number := totals[name]["open_windows"]:
            windows = f"{counted(number, 'window')} {'is' if number == 1 else 'are'}"
            yield {
                "kind": "window",
                "scenario": name,
                "key": name,
                "state": "waiting",
                "reason": f"{windows} planned and not yet predicted.",
                "whom": "the next timer",
                "page": "predictions",
            }


def _hints(ports: OperationsPorts, name: str, totals: Mapping[str, int]) -> Iterator[Mapping[str, Any]]:
    """What would help and is not urgent: nothing waits for it."""
    if not totals["datasets"]:
        reason = "No data has landed yet."
        yield {"kind": "data", "scenario": name, "reason": reason, "command": f"mlops drop {name} FILE --wait"}
    elif offered := offered_baseline(ports, name):
        reason = "There is no baseline to compare new data with; the first dataset is offered."
        yield {"kind": "baseline", "scenario": name, "reason": reason, "dataset": offered}


def _line(entry: Entry) -> Mapping[str, Any]:
    return {"kind": entry.kind, "key": entry.key, "state": entry.state, "reason": entry.reason, "at": entry.at,
            "attempts": entry.attempts}  # fmt: skip
