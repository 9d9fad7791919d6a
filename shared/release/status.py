"""The status of a release, read from state only, for people and for pipelines that poll it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from shared.core.errors import Missing
from shared.core.ledger import TERMINAL, State
from shared.release.aftercare.post_rollout_watch import rollback_reason
from shared.release.approval import Approval
from shared.release.looks import newest_entry
from shared.release.signing.certificates import signature_state
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


def approval_json(approval: Approval) -> Mapping[str, Any]:
    """The request as JSON."""
    facts = asdict(approval)
    decided = approval.decided_at.isoformat() if approval.decided_at else None
    times = {"expires": approval.expires.isoformat(), "requested_at": approval.requested_at.isoformat()}
    return {**facts, **times, "decided_at": decided, "model": approval.model}


def release_status(ports: ReleasePorts, scenario: str, version: int) -> Mapping[str, str]:
    """`success`, `pending` or `failed` with the reason, as a pipeline's gate polls it; Missing when unknown.

    `signature` is that of its certificate: valid, missing, wrong, or off where certificates are not signed.
    """
    model = ports.training.registry.find(scenario, version)
    if model is None:
        raise Missing(f"There is no model {scenario[:80]}:{version}.")
    verdict = ports.release.deployments.verdict(model)
    return {**_outcome(ports, model), "signature": signature_state(ports, model, verdict)}


def _outcome(ports: ReleasePorts, model: Model) -> Mapping[str, str]:
    scenario, version = model.name, model.version
    requests = ports.release.approvals.list(scenario)
    waiting = [request for request in requests if request.version == version and request.state == "open"]
    if waiting:
        return {"status": "pending", "reason": f"{model.id} waits for approval {waiting[-1].id}: {waiting[-1].why}"}
    rolled_back = _rollback_reason(ports, model)
    if rolled_back:
        return {"status": "failed", "reason": f"{model.id} was rolled back: {rolled_back}"}
    entry = newest_entry(ports, model.id)
    if entry is None:
        return {"status": "pending", "reason": f"{model.id} was registered; its gate has not judged it yet."}
    status = "pending" if entry.state not in TERMINAL else "failed"
    return {"status": "success" if entry.state == State.DONE else status, "reason": entry.reason}


def _rollback_reason(ports: ReleasePorts, model: Model) -> str:
    """Why the health rules rolled back the version's newest generation; empty when they did not."""
    generations = ports.release.deployments.list(model.name, ports.release.policies.last(model.name))
    of_version = [generation for generation in generations if generation.version == model.version]
    return rollback_reason(ports, of_version[-1]) if of_version else ""
