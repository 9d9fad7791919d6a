"""The page of releases: what serves where, generations, rollouts, certificates and requests for approval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from shared.core.errors import Fault
from shared.core.plain_json import plain
from shared.operations.standing import challenger_json, challenger_of
from shared.operations.views.query import ViewQuery
from shared.release.approval import Approval
from shared.release.rollback.plan import plan_of
from shared.release.verdict import Verdict
from shared.serving.deployment import Deployment
from shared.serving.health import Health
from shared.serving.rollout import Rollout
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


_SHOWN = 50
_HEALTH = timedelta(hours=1)


def releases(ports: OperationsPorts, query: ViewQuery) -> Mapping[str, Any]:
    """Environments, generations newest first, certificates, approvals, and the target of a rollback."""
    scenario = query.scenario(ports)
    name, last = scenario.name, ports.release.policies.last(scenario.name)
    generations = list(ports.release.deployments.list(name))
    versions = {model.version: model for model in ports.training.registry.list(name)}
    verdicts = {number: ports.release.deployments.verdict(versions[number]) for number in sorted(versions)[-_SHOWN:]}
    approvals = list(ports.release.approvals.list(name))
    value = {
        "scenario": name,
        "title": scenario.title,
        "environments": [
            _environment(ports, name, environment, last) for environment in ports.release.policies.of(name).environments
        ],
        "current": generations[-1] if generations else None,
        "challenger": challenger_json(challenger_of(ports, name, generations[-1] if generations else None)),
        "total": len(generations),
        "generations": [_generation(deployment) for deployment in generations[: -_SHOWN - 1 : -1]],
        "rollouts": [_rollout(rollout) for rollout in list(ports.release.rollouts.list(name))[: -_SHOWN - 1 : -1]],
        "certificates": [_certificate(versions[number], verdicts[number]) for number in reversed(verdicts)],
        "approvals": [
            approval_value(approval, verdicts.get(approval.version)) for approval in approvals[: -_SHOWN - 1 : -1]
        ],
        "rollback": _rollback(name, generations, ports.release.rollouts.current(name, last)),
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


def _generation(deployment: Deployment) -> Mapping[str, Any]:
    return {
        "generation": deployment.generation,
        "environment": deployment.environment,
        "model": deployment.model_id,
        "version": deployment.version,
        "sha256": deployment.sha256,
        "at": deployment.at,
        "by": deployment.by,
        "reason": deployment.reason,
        "override": deployment.override,
        "restores": deployment.restores,
    }


def _rollout(rollout: Rollout) -> Mapping[str, Any]:
    return {
        "environment": rollout.environment,
        "number": rollout.number,
        "model": rollout.model,
        "version": rollout.version,
        "state": rollout.state,
        "share": rollout.share,
        "at": rollout.at,
        "by": rollout.by,
        "reason": rollout.reason,
    }


def _health(health: Sequence[Health]) -> list[Mapping[str, Any]]:
    """The counts of each version, over all processes and minutes."""
    groups: dict[tuple[str, int], list[Health]] = {}
    for counts in health:
        groups.setdefault((counts.role, counts.version), []).append(counts)
    return [
        {
            "role": role,
            "version": version,
            "requests": sum(counts.requests for counts in group),
            "rows": sum(counts.rows for counts in group),
            "errors": sum(counts.errors for counts in group),
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
        "judging": verdict.judging if verdict else None,
        "reason": verdict.reason if verdict else "It has not been judged yet.",
        "checks": verdict.checks if verdict else (),
    }


def approval_value(approval: Approval, verdict: Verdict | None) -> Mapping[str, Any]:
    """The request, and whether its certificate is still the current approval."""
    return {
        "id": approval.id,
        "model": approval.model,
        "version": approval.version,
        "sha256": approval.sha256,
        "environment": approval.environment,
        "certificate": approval.certificate,
        "intact": verdict is not None and verdict.digest == approval.certificate,
        "checks": verdict.checks if verdict else (),
        "nonce": approval.nonce,
        "expires": approval.expires,
        "requested_by": approval.requested_by,
        "requested_at": approval.requested_at,
        "why": approval.why,
        "override": approval.override,
        "state": approval.state,
        "decided_by": approval.decided_by,
        "decided_at": approval.decided_at,
        "reason": approval.reason,
    }


def _rollback(scenario: str, generations: Sequence[Deployment], newest: Rollout | None) -> Mapping[str, Any]:
    """What a rollback would do: take out the running candidate, or serve an earlier version; or why it does nothing."""
    try:
        plan = plan_of(scenario, generations, newest)
    except Fault as fault:
        return {"to": None, "takes_out": None, "reason": fault.reason, "note": "", "seen": None}
    trial = plan.candidate.model if plan.candidate else None
    return {"to": plan.target.model_id, "takes_out": trial, "reason": "", "note": plan.note, "seen": asdict(plan.seen)}
