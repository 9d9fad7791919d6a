"""The page of models: versions with their scores, and one with its candidates, evaluation and gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.core.errors import Missing
from shared.core.plain_json import plain
from shared.core.scenario import Scenario
from shared.operations.views.damaged import read_part
from shared.operations.views.query import ViewQuery
from shared.release.served_graph import chosen_graph
from shared.release.verdict import Verdict
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


_SHOWN = 50
_INPUTS = 40
_WORDS = 15


def models(ports: OperationsPorts, query: ViewQuery) -> Mapping[str, Any]:
    """The newest versions, and one of them in detail: the named one, else the one that serves."""
    scenario = query.scenario(ports)
    versions = list(ports.training.registry.list(scenario.name))
    current = ports.release.deployments.current(scenario.name)
    serving = current.version if current else None
    chosen = _chosen(versions, scenario, query.number("version", serving))
    value = {
        "scenario": scenario.name,
        "title": scenario.title,
        "task": scenario.task,
        "metric": scenario.metric,
        "bar": scenario.bar,
        "split": scenario.split.kind,
        "serving": serving,
        "total": len(versions),
        "versions": [_version(version, scenario, serving) for version in versions[: -_SHOWN - 1 : -1]],
        "model": _detail(ports, chosen, serving) if chosen else None,
    }
    return dict(plain(value))


def _chosen(versions: Sequence[Model], scenario: Scenario, number: int | None) -> Model | None:
    return version_numbered(versions, scenario, number) or (versions[-1] if versions else None)


def version_numbered(versions: Sequence[Model], scenario: Scenario, number: int | None) -> Model | None:
    """The version of that number, None without a number; Missing when there is none of that number."""
    if number is None:
        return None
    for version in versions:
        if version.version == number:
            return version
    raise Missing(f"There is no {scenario.name}:{number}; the page of models lists all versions.")


def _version(model: Model, scenario: Scenario, serving: int | None) -> Mapping[str, Any]:
    return {
        "id": model.id,
        "version": model.version,
        "state": model.state,
        "serving": model.version == serving,
        "dataset": model.dataset,
        "run": model.run,
        "sha256": model.sha256,
        "at": model.created_at,
        "score": declared_score(model, scenario),
        "metrics": model.metrics,
    }


def declared_score(model: Model, scenario: Scenario) -> float | None:
    """The model's value of the scenario's metric, on the declared split where there are several."""
    return model.metrics.get(f"{scenario.metric}_{scenario.split.kind}", model.metrics.get(scenario.metric))


def _detail(ports: OperationsPorts, model: Model, serving: int | None) -> Mapping[str, Any]:
    problems: list[str] = []
    manifest = read_part(ports, f"{model.folder}manifest.json", problems)
    verdict = ports.release.deployments.verdict(model)
    # Which graph serves stands in the manifest.
    graph = chosen_graph(ports, model, verdict) if verdict and manifest else model
    return {
        "id": model.id,
        "version": model.version,
        "state": model.state,
        "serving": model.version == serving,
        "sha256": model.sha256,
        "refit": manifest.get("refit"),
        "graph": "refit" if graph.judged_sha256 else "judged fit",
        "run": model.run,
        "dataset": model.dataset,
        "algorithm": manifest.get("algorithm"),
        "code": manifest.get("code"),
        "candidates": manifest.get("candidates", []),
        "resources": manifest.get("resources", {}),
        "parity": manifest.get("parity"),
        "evaluation": evaluation(ports, model, problems),
        "learned": read_part(ports, graph.manifest_path).get("learned"),
        "problems": problems,
        "gate": _gate(verdict) if verdict else None,
        "card": ports.core.lake.stat(f"{model.folder}card.html") is not None,
    }


def _gate(verdict: Verdict) -> Mapping[str, Any]:
    facts = {"passed": verdict.passed, "verdict": verdict.state, "generation": verdict.generation}
    return {**facts, "reason": verdict.reason, "checks": verdict.checks}


def evaluation(ports: OperationsPorts, model: Model, problems: list[str] | None = None) -> Mapping[str, Any] | None:
    """The parts of evaluation.json that the page draws; None for a model without one that can be read."""
    path = f"{model.folder}evaluation.json"
    if ports.core.lake.stat(path) is None:
        return None
    judged = read_part(ports, path, problems)
    if not judged:
        return None
    dropped = ("contributions", "comparisons", "label_metrics", "residuals")
    return {
        **{key: value for key, value in judged.items() if key not in dropped},
        "residuals": judged.get("residuals") or None,
        "words": {label: words[:_WORDS] for label, words in (judged.get("words") or {}).items()},
        "importance": list(judged.get("importance") or [])[:_INPUTS],
    }
