"""Model versions: what each was compared with, how it was judged, and what it looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.core.errors import Missing
from shared.core.lake_reading import read_json
from shared.core.plain_json import plain
from shared.core.scenario import Scenario
from shared.operations.views.asked import Asked
from shared.release.verdict import Verdict
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


_SHOWN = 50
_INPUTS = 40
_WORDS = 15


def models(ports: OperationsPorts, asked: Asked) -> Mapping[str, Any]:
    """The newest versions, and one of them in detail: the one that serves unless another is asked for."""
    scenario = asked.scenario(ports)
    versions = list(ports.training.registry.list(scenario.name))
    current = ports.release.deployments.current(scenario.name)
    serving = current.version if current else None
    chosen = _chosen(versions, scenario, asked.number("version", serving))
    value = {
        "scenario": scenario.name,
        "title": scenario.title,
        "task": scenario.task,
        "metric": scenario.metric,
        "bar": scenario.bar,
        "split": scenario.split.kind,
        "serving": serving,
        "total": len(versions),
        "versions": [_version(one, scenario, serving) for one in versions[: -_SHOWN - 1 : -1]],
        "model": _detail(ports, chosen, serving) if chosen else None,
    }
    return dict(plain(value))


def _chosen(versions: Sequence[Model], scenario: Scenario, asked: int | None) -> Model | None:
    if asked is None:
        return versions[-1] if versions else None
    for version in versions:
        if version.version == asked:
            return version
    raise Missing(f"There is no {scenario.name}:{asked}; the page of models lists the versions there are.")


def _version(one: Model, scenario: Scenario, serving: int | None) -> Mapping[str, Any]:
    declared = f"{scenario.metric}_{scenario.split.kind}"
    return {
        "id": one.id,
        "version": one.version,
        "state": one.state,
        "serving": one.version == serving,
        "dataset": one.dataset,
        "run": one.run,
        "sha256": one.sha256,
        "at": one.created_at,
        "score": one.metrics.get(declared, one.metrics.get(scenario.metric)),
        "metrics": one.metrics,
    }


def _detail(ports: OperationsPorts, model: Model, serving: int | None) -> Mapping[str, Any]:
    manifest = read_json(ports, f"{model.folder}manifest.json")
    judged = ports.release.deployments.verdict(model)
    return {
        "id": model.id,
        "version": model.version,
        "state": model.state,
        "serving": model.version == serving,
        "sha256": model.sha256,
        "run": model.run,
        "dataset": model.dataset,
        "algorithm": manifest.get("algorithm"),
        "code": manifest.get("code"),
        "candidates": manifest.get("candidates", []),
        "resources": manifest.get("resources", {}),
        "parity": manifest.get("parity"),
        "evaluation": _evaluation(ports, model),
        "learned": manifest.get("learned"),
        "gate": _gate(judged) if judged else None,
        "card": ports.core.lake.stat(f"{model.folder}card.html") is not None,
    }


def _gate(judged: Verdict) -> Mapping[str, Any]:
    facts = {"passed": judged.passed, "verdict": judged.state, "generation": judged.generation}
    return {**facts, "reason": judged.reason, "checks": judged.checks}


def _evaluation(ports: OperationsPorts, model: Model) -> Mapping[str, Any] | None:
    """What evaluation.json says, without what the page does not draw; None for a model that has none."""
    path = f"{model.folder}evaluation.json"
    if ports.core.lake.stat(path) is None:
        return None
    told = read_json(ports, path)
    dropped = ("contributions", "comparisons", "label_metrics", "residuals")
    return {
        **{key: one for key, one in told.items() if key not in dropped},
        "residuals": told.get("residuals") or None,
        "words": {label: words[:_WORDS] for label, words in (told.get("words") or {}).items()},
        "importance": list(told.get("importance") or [])[:_INPUTS],
    }
