"""The first page: what runs, what waits for whom, what failed last, and how much went round the loop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.core.ledger import Entry
from shared.core.paths import baseline_folder
from shared.core.plain_json import plain
from shared.operations.views.asked import Asked
from shared.training.run import Run

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


FAILURES = frozenset({"failed", "quarantined", "refused", "conflict"})
_SHOWN = 8
_LOOP = ("files", "datasets", "models", "generations", "windows", "predictions")
# What waits for approval is told by the requests themselves.
_TOLD_APART = ("approval", "model")
_OPEN_RUNS = ("requested", "running")


def overview(ports: OperationsPorts, asked: Asked) -> Mapping[str, Any]:  # noqa: ARG001 -- every view is asked the same way
    """One look at everything; costs the same with a thousand predictions and with a million."""
    totals = ports.operations.totals.totals(ports.core.scenarios)
    scenarios = [_scenario(ports, name, totals[name]) for name in sorted(ports.core.scenarios)]
    value = {
        "now": ports.core.clock(),
        "scenarios": scenarios,
        "running": list(_running(ports)),
        "scheduled": list(_scheduled(ports)),
        "waiting": list(_waiting(ports, totals)),
        "failures": [_line(entry) for entry in _failures(ports)],
        "loop": {key: sum(one["totals"][key] for one in scenarios) for key in _LOOP},
    }
    return dict(plain(value))


def _scenario(ports: OperationsPorts, name: str, totals: Mapping[str, int]) -> Mapping[str, Any]:
    scenario, datasets, runs = (
        ports.core.scenarios[name],
        ports.datasets.versions.list(name),
        ports.training.runs.list(name),
    )
    current, commits = ports.release.deployments.current(name), ports.operations.prediction_rows.recent(name, 1)
    return {
        "name": name,
        "title": scenario.title,
        "task": scenario.task,
        "dataset": {"id": datasets[-1].id, "rows": datasets[-1].rows, "at": datasets[-1].created_at}
        if datasets
        else None,
        "run": _run(runs[-1]) if runs else None,
        "serving": {"model": current.model_id, "generation": current.generation, "at": current.at} if current else None,
        "predicted": {"window": commits[0].window, "rows": commits[0].rows, "at": commits[0].scored_at}
        if commits
        else None,
        "totals": {**totals, "generations": current.generation if current else 0},
    }


def _run(run: Run) -> Mapping[str, Any]:
    return {"id": run.id, "state": run.state, "reason": run.reason, "at": run.updated_at}


def _failures(ports: OperationsPorts) -> Sequence[Entry]:
    """The newest endings that were not meant; a drop and its files share one."""
    told: dict[str, Entry] = {}
    for entry in ports.operations.totals.standing(FAILURES, 4 * _SHOWN):
        # A retrain that was not granted is a decision; it stands on the page of monitoring.
        if entry.kind != "retrain" and (entry.reason not in told or entry.kind != "blob"):
            told[entry.reason] = entry
    return list(told.values())[:_SHOWN]


def _running(ports: OperationsPorts) -> Iterator[Mapping[str, Any]]:
    for run in ports.training.runs.list():
        if run.state in _OPEN_RUNS:
            yield {"kind": "train", "scenario": run.scenario, "key": run.id, "state": run.state, "at": run.created_at,
                   "reason": run.reason}  # fmt: skip
    for entry in ports.operations.totals.standing({"in_progress"}, _SHOWN):
        yield _line(entry)


def _scheduled(ports: OperationsPorts) -> Iterator[Mapping[str, Any]]:
    """Training that comes again by itself, what comes first first, with how its newest occurrence was answered."""
    active = [one for one in ports.training.schedules.list() if one.state == "active"]
    for one in sorted(active, key=lambda one: one.due):
        yield {"scenario": one.scenario, "name": one.name, "key": one.key, "often": one.recurrence.words,
               "due": one.due, "reason": one.reason}  # fmt: skip


def _waiting(ports: OperationsPorts, totals: Mapping[str, Mapping[str, int]]) -> Iterator[Mapping[str, Any]]:
    """What goes on only when somebody does something, with who that is."""
    for entry in ports.operations.totals.standing({"waiting", "released"}, 4 * _SHOWN):
        if entry.state == "released" or entry.kind not in _TOLD_APART:
            whom = "whoever delivers the files" if entry.state == "waiting" else "the next round of the timers"
            yield {**_line(entry), "whom": whom}
    for one in ports.release.approvals.list():
        if one.state == "open":
            reason = f"{one.model} asks to serve in {one.environment}: {one.why}"
            yield {"kind": "approval", "scenario": one.scenario, "key": one.model, "state": "waiting", "reason": reason,
                   "whom": "an approver", "page": "releases", "at": one.requested_at}  # fmt: skip
    for each in list(ports.monitoring.breaches.list(state="open"))[-_SHOWN:]:
        whom = "the retrain governor" if each.may_retrain else "an ML engineer"
        yield {"kind": "breach", "scenario": each.scenario, "key": each.id, "state": "waiting", "reason": each.sentence,
               "whom": whom, "page": "monitoring", "at": each.first_seen}  # fmt: skip
    for name in sorted(totals):
        yield from _of_scenario(ports, name, totals[name])


def _of_scenario(ports: OperationsPorts, name: str, totals: Mapping[str, int]) -> Iterator[Mapping[str, Any]]:
    def one(kind: str, whom: str, reason: str) -> Mapping[str, Any]:
        return {
            "kind": kind,
            "scenario": name,
            "key": name,
            "state": "waiting",
            "reason": reason,
            "whom": whom,
            "page": "datasets",
        }

    if not totals["datasets"]:
        yield one("data", "a data engineer", f"No data yet: mlops drop {name} FILE --wait.")
    elif ports.core.lake.stat(f"{baseline_folder(name)}baseline.json") is None:
        newest = ports.datasets.versions.list(name)[-1].id
        told = (
            f"Nobody has accepted a baseline, so new data is judged by nothing: mlops baseline accept {name} {newest}"
        )
        yield one("baseline", "an ML engineer", told)
    if totals["open_windows"]:
        yield one("window", "the next timer", f"{totals['open_windows']} window(s) are planned and not yet predicted.")


def _line(entry: Entry) -> Mapping[str, Any]:
    return {"kind": entry.kind, "key": entry.key, "state": entry.state, "reason": entry.reason, "at": entry.at,
            "attempts": entry.attempts}  # fmt: skip
