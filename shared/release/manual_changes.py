"""Changes by hand: override a refusal, promote a version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.errors import BadInput, Missing, Refused
from shared.core.ledger import Kind, State
from shared.release import rollouts
from shared.release.approvals import request_approval
from shared.release.gate.certificate import renewed_certificate
from shared.release.pointer import put_in_service
from shared.release.served_graph import chosen_graph
from shared.serving.deployment import Deployment
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


def override(ports: ReleasePorts, model: Model, *, by: str, reason: str) -> str:
    """Request that a version that did not pass serves all the same; returns the id another person has to approve."""
    verdict = renewed_certificate(ports, model)
    if verdict.passed:
        raise Refused(f"{model.id} passed its gate; there is nothing to override.")
    if not reason.strip() or not by.strip():
        raise BadInput("An override needs a person and a reason: --by NAME --reason TEXT.")
    why = f"Override by {by}: {reason.strip()} The gate said: {verdict.reason}"
    environment = ports.release.policies.last(model.name)
    approval = request_approval(ports, model, verdict, environment, by=by, why=why, override=True)
    ports.core.ledger.note(Kind.OVERRIDE, model.id, State.WAITING, why)
    return approval.id


def promote(ports: ReleasePorts, model: Model, *, by: str, reason: str, environment: str | None = None) -> Deployment:
    """Make the model the next generation; Refused without a passed gate, Conflict when another change came first.

    Where the environment requires approval, the request is made and Refused names it: its approval continues.
    """
    where = environment or ports.release.policies.last(model.name)
    current = ports.release.deployments.current(model.name, where)
    if current is not None and current.version == model.version:
        raise Refused(f"{model.id} already serves, as generation {current.generation}.")
    verdict = renewed_certificate(ports, model)
    if not verdict.passed:
        raise Refused(
            f"{model.id} may not serve: it {verdict.summary}. {verdict.reason} mlops gate override asks another person."
        )
    rollout = rollouts.active_rollout(ports, model.name, where)
    if rollout is not None and rollout.version == model.version:
        rollouts.finish_rollout(ports, rollout, by=by, reason=reason)
        return _current(ports, model.name, where)
    if where in ports.release.policies.of(model.name).approvals:
        request = request_approval(ports, model, verdict, where, by=by, why=f"Promotion by hand: {reason}")
        raise Refused(
            f"{where} requires approval: request {request.id} was made; "
            "the release continues when another person approves it."
        )
    served_over = current.generation if current else 0
    expected = verdict.generation or 0 if where == ports.release.policies.last(model.name) else served_over
    served = chosen_graph(ports, model, verdict)
    return put_in_service(ports, served, where, by=by, reason=reason, expected=expected)


def _current(ports: ReleasePorts, scenario: str, environment: str) -> Deployment:
    current = ports.release.deployments.current(scenario, environment)
    if current is None:
        raise Missing(f"Nothing is deployed for {scenario} in {environment}.")
    return current
