"""The page of runs: the newest of them, and one with its progress, the end of its log and its steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.core.plain_json import plain
from shared.core.scenario import Scenario
from shared.operations.views.damaged import read_part
from shared.operations.views.models import declared_score
from shared.operations.views.query import ViewQuery
from shared.training.model import Model
from shared.training.requests import find_run, status_of
from shared.training.run import Run

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


_SHOWN = 60
_LOG_LINES = 200
_OPEN = ("requested", "running")


def runs(ports: OperationsPorts, query: ViewQuery) -> Mapping[str, Any]:
    """The newest runs, newest first, and one of them in detail: the named one, else the newest."""
    scenario = query.scenario(ports)
    listed = list(ports.training.runs.list(scenario.name))
    models = {model.run: model for model in ports.training.registry.list(scenario.name)}
    named = query.text("run")
    chosen = find_run(ports, scenario, named) if named else (listed[-1] if listed else None)
    value = {
        "scenario": scenario.name,
        "title": scenario.title,
        "metric": scenario.metric,
        "total": len(listed),
        "runs": [_line(run, models.get(run.id), scenario) for run in listed[: -_SHOWN - 1 : -1]],
        "run": _detail(ports, scenario, chosen, models.get(chosen.id)) if chosen else None,
    }
    return dict(plain(value))


def _line(run: Run, model: Model | None, scenario: Scenario) -> Mapping[str, Any]:
    ended = run.state not in _OPEN
    return {
        "id": run.id,
        "dataset": run.dataset,
        "state": status_of(run),
        "open": not ended,
        "reason": run.reason,
        "attempts": run.attempts,
        "profile": run.profile,
        "at": run.created_at,
        "ended_at": run.updated_at if ended else None,
        "seconds": (run.updated_at - run.created_at).total_seconds() if ended else None,
        "model": model.id if model else None,
        "version": model.version if model else None,
        "score": declared_score(model, scenario) if model else None,
    }


def _detail(ports: OperationsPorts, scenario: Scenario, run: Run, model: Model | None) -> Mapping[str, Any]:
    output = ports.training.output
    return {
        **_line(run, model, scenario),
        "options": run.options.to_json(),
        "progress": output.progress(run.id) if run.state in _OPEN else None,
        "log": output.log(run.id, _LOG_LINES),
        "log_place": output.place(run),
        "steps": _steps(ports, model) if model else [],
    }


def _steps(ports: OperationsPorts, model: Model) -> Sequence[Mapping[str, Any]]:
    """How long each step of the training worked, and the most memory it used."""
    resources = read_part(ports, f"{model.folder}manifest.json").get("resources", {})
    return [
        {"name": name, "seconds": used.get("seconds"), "peak_mb": used.get("peak_mb")}
        for name, used in resources.items()
    ]
