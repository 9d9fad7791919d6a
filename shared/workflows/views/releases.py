"""What serves where, how it came there, and on which certificate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.domain.records import Deployment, Model
from shared.ports import Ports
from shared.workflows.views.asked import Asked
from shared.workflows.views.plain import plain

_SHOWN = 50


def releases(ports: Ports, asked: Asked) -> Mapping[str, Any]:
    """Generations, newest first, each with the certificate of its model; and versions the gate refused."""
    scenario = asked.scenario(ports)
    generations = list(ports.deployments.list(scenario.name))
    versions = {model.version: model for model in ports.registry.list(scenario.name)}
    value = {
        "scenario": scenario.name,
        "title": scenario.title,
        "current": generations[-1] if generations else None,
        "total": len(generations),
        "generations": [_generation(one) for one in generations[: -_SHOWN - 1 : -1]],
        "certificates": [_certificate(ports, one) for one in sorted(versions.values(), key=_newest)[:_SHOWN]],
        "environments": [
            {"name": "prod", "last": True, "current": _generation(generations[-1]) if generations else None}
        ],
        "approvals": [],
        "rollback": _rollback(generations),
    }
    return dict(plain(value))


def _newest(model: Model) -> int:
    return -model.version


def _generation(one: Deployment) -> Mapping[str, Any]:
    return {
        "generation": one.generation,
        "model": f"{one.model}:{one.version}",
        "version": one.version,
        "sha256": one.sha256,
        "at": one.at,
        "by": one.by,
        "reason": one.reason,
    }


def _certificate(ports: Ports, model: Model) -> Mapping[str, Any]:
    verdict = ports.deployments.verdict(model)
    return {
        "model": model.id,
        "version": model.version,
        "state": model.state,
        "at": model.created_at,
        "sha256": model.sha256,
        "passed": verdict.passed if verdict else None,
        "reason": verdict.reason if verdict else "It has not been judged yet.",
        "checks": verdict.checks if verdict else (),
    }


def _rollback(generations: Sequence[Deployment]) -> Mapping[str, Any]:
    """What a rollback would serve, or why there is none."""
    if not generations:
        return {"to": None, "reason": "Nothing is deployed yet."}
    current = generations[-1]
    earlier = [one for one in generations if one.sha256 != current.sha256]
    if not earlier:
        return {"to": None, "reason": f"Only {current.model}:{current.version} has ever served."}
    return {
        "to": f"{earlier[-1].model}:{earlier[-1].version}",
        "reason": f"Use: mlops rollback {current.scenario} --reason WHY.",
    }
