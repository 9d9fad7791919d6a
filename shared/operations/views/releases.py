"""What serves where, how it came there, on which certificate, and what waits for a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from shared.core.plain_json import plain
from shared.operations.views.asked import Asked
from shared.release.approval import Approval
from shared.release.verdict import Verdict
from shared.serving.deployment import Deployment
from shared.serving.health import Health
from shared.serving.rollout import Rollout
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


_SHOWN = 50
_HEALTH = timedelta(hours=1)


def releases(ports: OperationsPorts, asked: Asked) -> Mapping[str, Any]:
    """Environments, generations newest first, certificates of every version, approvals, and where a rollback leads."""
    scenario = asked.scenario(ports)
    name, last = scenario.name, ports.release.policies.last(scenario.name)
    generations = list(ports.release.deployments.list(name))
    versions = {model.version: model for model in ports.training.registry.list(name)}
    verdicts = {number: ports.release.deployments.verdict(versions[number]) for number in sorted(versions)[-_SHOWN:]}
    approvals = list(ports.release.approvals.list(name))
    value = {
        "scenario": name,
        "title": scenario.title,
        "environments": [_environment(ports, name, one, last) for one in ports.release.policies.of(name).environments],
        "current": generations[-1] if generations else None,
        "total": len(generations),
        "generations": [_generation(one) for one in generations[: -_SHOWN - 1 : -1]],
        "rollouts": [_rollout(one) for one in list(ports.release.rollouts.list(name))[: -_SHOWN - 1 : -1]],
        "certificates": [_certificate(versions[number], verdicts[number]) for number in reversed(verdicts)],
        "approvals": [_approval(one, verdicts.get(one.version)) for one in approvals[: -_SHOWN - 1 : -1]],
        "rollback": _rollback(generations, ports.release.rollouts.current(name, last)),
    }
    return dict(plain(value))


def _environment(ports: OperationsPorts, scenario: str, environment: str, last: str) -> Mapping[str, Any]:
    current = ports.release.deployments.current(scenario, environment)
    rollout = ports.release.rollouts.current(scenario, environment)
    return {
        "name": environment,
        "last": environment == last,
        "approval": environment in ports.release.policies.of(scenario).approvals,
        "current": _generation(current) if current else None,
        "rollout": _rollout(rollout) if rollout and rollout.is_active else None,
        "health": _health(ports.serving.health.since(scenario, environment, ports.core.clock() - _HEALTH)),
    }


def _generation(one: Deployment) -> Mapping[str, Any]:
    return {
        "generation": one.generation,
        "environment": one.environment,
        "model": one.model_id,
        "version": one.version,
        "sha256": one.sha256,
        "at": one.at,
        "by": one.by,
        "reason": one.reason,
        "override": one.override,
    }


def _rollout(one: Rollout) -> Mapping[str, Any]:
    return {
        "environment": one.environment,
        "number": one.number,
        "model": one.model,
        "version": one.version,
        "state": one.state,
        "share": one.share,
        "at": one.at,
        "by": one.by,
        "reason": one.reason,
    }


def _health(seen: Sequence[Health]) -> list[Mapping[str, Any]]:
    """What was seen of each version, all processes and minutes together."""
    groups: dict[tuple[str, int], list[Health]] = {}
    for one in seen:
        groups.setdefault((one.role, one.version), []).append(one)
    return [
        {
            "role": role,
            "version": version,
            "requests": sum(one.requests for one in group),
            "rows": sum(one.rows for one in group),
            "errors": sum(one.errors for one in group),
        }
        for (role, version), group in sorted(groups.items())
    ]


def _certificate(model: Model, verdict: Verdict | None) -> Mapping[str, Any]:
    return {
        "model": model.id,
        "version": model.version,
        "state": model.state,
        "at": model.created_at,
        "sha256": model.sha256,
        "digest": verdict.digest if verdict else None,
        "passed": verdict.passed if verdict else None,
        "verdict": verdict.state if verdict else None,
        "reason": verdict.reason if verdict else "It has not been judged yet.",
        "checks": verdict.checks if verdict else (),
    }


def _approval(one: Approval, verdict: Verdict | None) -> Mapping[str, Any]:
    """The request with the certificate as it is now, so that a person sees whether it is the one that is asked for."""
    return {
        "id": one.id,
        "model": one.model,
        "version": one.version,
        "sha256": one.sha256,
        "environment": one.environment,
        "certificate": one.certificate,
        "intact": verdict is not None and verdict.digest == one.certificate,
        "checks": verdict.checks if verdict else (),
        "nonce": one.nonce,
        "expires": one.expires,
        "requested_by": one.requested_by,
        "requested_at": one.requested_at,
        "why": one.why,
        "override": one.override,
        "state": one.state,
        "decided_by": one.decided_by,
        "decided_at": one.decided_at,
        "reason": one.reason,
    }


def _rollback(generations: Sequence[Deployment], trial: Rollout | None) -> Mapping[str, Any]:
    """What a rollback would do: take out the candidate that is tried, or serve what served before; or why nothing."""
    if not generations:
        return {"to": None, "takes_out": None, "reason": "Nothing is deployed yet."}
    current = generations[-1]
    if trial is not None and trial.is_active:
        return {"to": current.model_id, "takes_out": trial.model, "reason": ""}
    earlier = [one for one in generations if one.sha256 != current.sha256]
    if not earlier:
        return {"to": None, "takes_out": None, "reason": f"Only {current.model_id} has ever served."}
    return {"to": earlier[-1].model_id, "takes_out": None, "reason": ""}
