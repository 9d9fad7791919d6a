"""The deployment pointer of an environment: the next generation by compare-and-set, announced and recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.errors import Conflict, Transient
from shared.core.ledger import Kind, State
from shared.core.notices import announce
from shared.release.endpoint_reconciliation import apply_traffic
from shared.release.signing.certificates import require_signature
from shared.serving.deployment import Deployment
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


def put_in_service(
    ports: ReleasePorts,
    model: Model,
    environment: str,
    *,
    by: str,
    reason: str,
    expected: int,
    approval: str = "",
    restored: Deployment | None = None,
) -> Deployment:
    """Make the model the next generation there; Conflict when another change came first, Refused without a signature.

    `expected` is the generation that must still be current, 0 for none; `restored` is the earlier one that a rollback
    brings back.
    The version is made ready before the pointer moves, unless it served or was tried there before: neither a rollback
    nor the end of a rollout waits for that.
    """
    current = ports.release.deployments.current(model.name, environment)
    generation = current.generation if current else 0
    if generation != expected:
        raise Conflict(f"Generation {generation} of {model.name} is current in {environment}, no longer {expected}.")
    verdict = ports.release.deployments.verdict(model.judged)
    require_signature(ports, model, verdict)
    make_ready(ports, model, environment)
    # Its gate had not passed, so that only people can have put it into service. What is brought back serves as it did:
    # its certificate may have been made anew since.
    override = restored.override if restored else verdict is not None and not verdict.passed
    following = Deployment(
        scenario=model.name,
        generation=generation + 1,
        model=model.name,
        version=model.version,
        sha256=model.sha256,
        at=ports.core.clock(),
        by=by,
        reason=_named(reason.strip(), override=override),
        environment=environment,
        override=override,
        restores=restored.generation if restored else 0,
    )
    deployment = ports.release.deployments.promote(following, approval)
    record_deployment(ports, deployment)
    apply_traffic(ports, model.name, environment)
    return deployment


def _named(reason: str, *, override: bool) -> str:
    """The reason of a generation; an override is called one, whoever moved the pointer."""
    return f"Override of the gate: {reason}" if override and not reason.startswith("Override") else reason


def make_ready(ports: ReleasePorts, model: Model, environment: str) -> None:
    """Make the version able to answer there; Transient while it cannot, unless it served or was tried there before."""
    try:
        ports.release.endpoints.deploy(environment, model)
    except Transient:
        served = {deployment.version for deployment in ports.release.deployments.list(model.name, environment)}
        changes = ports.release.rollouts.list(model.name)
        tried = {change.version for change in changes if change.environment == environment}
        if model.version not in served | tried:
            raise


def record_deployment(ports: ReleasePorts, deployment: Deployment) -> None:
    """Announce the generation and write it into the history; a second time changes nothing."""
    where, scenario = deployment.environment, deployment.scenario
    last = where == ports.release.policies.last(scenario)
    key = f"{scenario}/{deployment.generation}" if last else f"{scenario}/{where}/{deployment.generation}"
    data = {
        "model": deployment.model_id,
        "generation": deployment.generation,
        "by": deployment.by,
        "environment": where,
    }
    data |= {"override": True} if deployment.override else {}
    announce(ports, "ModelDeployed", f"deployments/{key}", data)
    how = " by an override" if deployment.override else ""
    sentence = f"{deployment.model_id} serves in {where}{how}. {deployment.reason}"
    ports.core.ledger.note(Kind.DEPLOYMENT, key, State.DONE, sentence)
