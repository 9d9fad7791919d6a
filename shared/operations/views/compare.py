"""The page that compares: two model versions beside each other, and the metrics over all versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.core.plain_json import plain
from shared.core.scenario import Scenario
from shared.operations.views.damaged import read_part
from shared.operations.views.models import declared_score, evaluation, version_numbered
from shared.operations.views.query import ViewQuery
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


# The evaluation of each is read for the interval of its metrics.
_TREND = 30


def compare(ports: OperationsPorts, query: ViewQuery) -> Mapping[str, Any]:
    """Versions `a` and `b`, and every metric with its interval by version.

    Not named, `a` is the one that serves and `b` the newest other one.
    """
    scenario = query.scenario(ports)
    listed = list(ports.training.registry.list(scenario.name))
    current = ports.release.deployments.current(scenario.name)
    serving = current.version if current else None
    first, second = _pair(listed, scenario, query, serving)
    value = {
        "scenario": scenario.name,
        "title": scenario.title,
        "task": scenario.task,
        "metric": scenario.metric,
        "versions": [
            {"version": model.version, "id": model.id, "state": model.state, "serving": model.version == serving}
            for model in reversed(listed)
        ],
        "a": _side(ports, scenario, first, serving),
        "b": _side(ports, scenario, second, serving),
        "trend": [_metrics(ports, scenario, model) for model in listed[-_TREND:]],
    }
    return dict(plain(value))


def _pair(
    listed: Sequence[Model], scenario: Scenario, query: ViewQuery, serving: int | None
) -> tuple[Model | None, Model | None]:
    if not listed:
        return None, None
    first = version_numbered(listed, scenario, query.number("a", serving)) or listed[0]
    others = [model for model in listed if model != first]
    second = version_numbered(listed, scenario, query.number("b")) or (others[-1] if others else first)
    return first, second


def _side(ports: OperationsPorts, scenario: Scenario, model: Model | None, serving: int | None) -> Any:
    if model is None:
        return None
    problems: list[str] = []
    manifest = read_part(ports, f"{model.folder}manifest.json", problems)
    features = manifest.get("contract", {}).get("features", [])
    return {
        "id": model.id,
        "version": model.version,
        "state": model.state,
        "serving": model.version == serving,
        "at": model.created_at,
        "dataset": model.dataset,
        "run": model.run,
        "algorithm": manifest.get("algorithm"),
        "score": declared_score(model, scenario),
        "candidates": manifest.get("candidates", []),
        "inputs": [{"name": feature["name"], "kind": feature["kind"]} for feature in features],
        "evaluation": evaluation(ports, model, problems),
        "problems": problems,
    }


def _metrics(ports: OperationsPorts, scenario: Scenario, model: Model) -> Mapping[str, Any]:
    """The metrics of the held-back part with their intervals; of a model without evaluation its score alone."""
    judged = evaluation(ports, model)
    score = declared_score(model, scenario)
    metrics = judged["metrics"] if judged else {scenario.metric: {"value": score, "interval": None, "baseline": None}}
    return {"version": model.version, "id": model.id, "at": model.created_at, "metrics": metrics}
