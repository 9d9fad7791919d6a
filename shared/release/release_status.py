"""How releases stand, for people and for whoever polls: read from state only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from shared.core.errors import Missing
from shared.core.ledger import TERMINAL, Entry
from shared.release.approval import Approval
from shared.release.post_rollout_watch import taken_back
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


def shown(approval: Approval) -> Mapping[str, Any]:
    """The request as JSON."""
    facts = asdict(approval)
    decided = approval.decided_at.isoformat() if approval.decided_at else None
    times = {"expires": approval.expires.isoformat(), "requested_at": approval.requested_at.isoformat()}
    return {**facts, **times, "decided_at": decided, "model": approval.model}


def release_status(ports: ReleasePorts, scenario: str, version: int) -> Mapping[str, str]:
    """`success`, `pending` or `failed` with the reason, as a pipeline's gate asks for it; Missing when unknown."""
    model = ports.training.registry.find(scenario, version)
    if model is None:
        raise Missing(f"There is no model {scenario[:80]}:{version}.")
    open_ = [one for one in ports.release.approvals.list(scenario) if one.version == version and one.state == "open"]
    if open_:
        return {"status": "pending", "reason": f"{model.id} waits for approval {open_[-1].id}: {open_[-1].why}"}
    back = _taken_back(ports, model)
    if back:
        return {"status": "failed", "reason": f"{model.id} was rolled back: {back}"}
    entry = newest_entry(ports, model.id)
    if entry is None:
        return {"status": "pending", "reason": f"{model.id} was registered; its gate has not judged it yet."}
    status = "pending" if entry.state not in TERMINAL else "failed"
    return {"status": "success" if entry.state == "done" else status, "reason": entry.reason}


def _taken_back(ports: ReleasePorts, model: Model) -> str:
    """Why the version's newest generation was taken back by the health rules; empty when it was not."""
    served = ports.release.deployments.list(model.name, ports.release.policies.last(model.name))
    mine = [one for one in served if one.version == model.version]
    return taken_back(ports, mine[-1]) if mine else ""


def work_key(ports: ReleasePorts, model: str) -> str:
    """What a release is claimed under: the version, or what was approved after its first release had ended."""
    entry = ports.core.history.find("model", model)
    if entry is None or entry.state not in TERMINAL:
        return model
    approved = [one for one in _approvals(ports, model) if one.state == "approved"]
    return _key_of(approved[-1]) if approved else model


def newest_entry(ports: ReleasePorts, model: str) -> Entry | None:
    """How the version's newest release stands, or None."""
    later = [ports.core.history.find("model", _key_of(one)) for one in _approvals(ports, model)]
    found = [entry for entry in (ports.core.history.find("model", model), *later) if entry is not None]
    return max(found, key=lambda entry: (entry.at, entry.key != model), default=None)


def _approvals(ports: ReleasePorts, model: str) -> list[Approval]:
    return [one for one in ports.release.approvals.list(model.rpartition(":")[0]) if one.model == model]


def _key_of(approval: Approval) -> str:
    return f"{approval.model}#{approval.id[:12]}"
