"""The deployment pointer of an environment: the next generation by compare-and-set, and who is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.errors import Conflict, Transient
from shared.core.notices import announce
from shared.release.endpoint_reconciliation import follow
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
    approval: str = "",
    expected: int | None = None,
) -> Deployment:
    """Make the model the next generation there; Conflict when somebody was faster.

    `expected` is the generation that must still be current. The version is made ready before the pointer moves, unless
    it served or was tried there before: neither a rollback nor the end of a rollout waits for anybody.
    """
    current = ports.release.deployments.current(model.name, environment)
    generation = current.generation if current else 0
    if expected is not None and generation != expected:
        raise Conflict(f"Generation {generation} of {model.name} is current in {environment}, no longer {expected}.")
    ready(ports, model, environment)
    wanted = Deployment(
        scenario=model.name,
        generation=generation + 1,
        model=model.name,
        version=model.version,
        sha256=model.sha256,
        at=ports.core.clock(),
        by=by,
        reason=_named(reason.strip(), override=_is_override(ports, model)),
        environment=environment,
        override=_is_override(ports, model),
    )
    deployment = ports.release.deployments.promote(wanted, approval)
    tell(ports, deployment)
    follow(ports, model.name, environment)
    return deployment


def _is_override(ports: ReleasePorts, model: Model) -> bool:
    """Whether the model's gate had not passed, so that only people can have put it into service."""
    verdict = ports.release.deployments.verdict(model)
    return verdict is not None and not verdict.passed


def _named(reason: str, *, override: bool) -> str:
    """The reason of a generation; an override is called one, whoever moved the pointer."""
    return f"Override of the gate: {reason}" if override and not reason.startswith("Override") else reason


def ready(ports: ReleasePorts, model: Model, environment: str) -> None:
    """The version can answer there; Transient while it cannot, unless it was made ready there before."""
    try:
        ports.release.endpoints.deploy(environment, model)
    except Transient:
        served = {one.sha256 for one in ports.release.deployments.list(model.name, environment)}
        tried = {one.sha256 for one in ports.release.rollouts.list(model.name) if one.environment == environment}
        if model.sha256 not in served | tried:
            raise


def tell(ports: ReleasePorts, deployment: Deployment) -> None:
    """Announce the generation and write it into the history; again changes nothing."""
    where, model = deployment.environment, deployment.model_id
    last = where == ports.release.policies.last(deployment.scenario)
    key = (
        f"{deployment.scenario}/{deployment.generation}"
        if last
        else f"{deployment.scenario}/{where}/{deployment.generation}"
    )
    data = {"model": model, "generation": deployment.generation, "by": deployment.by, "environment": where}
    data |= {"override": True} if deployment.override else {}
    announce(ports, "ModelDeployed", f"deployments/{key}", data)
    by = " by an override" if deployment.override else ""
    ports.core.ledger.note("deployment", key, "done", f"{model} serves in {where}{by}. {deployment.reason}")
