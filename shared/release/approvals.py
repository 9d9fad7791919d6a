"""Approvals: bound to exactly one thing, decided once by somebody else, used once, and refused by time."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from shared.core.errors import BadInput, Conflict, Corrupt, Forbidden, Missing, Refused
from shared.core.messages import model_message
from shared.core.notices import announce
from shared.release.approval import Approval
from shared.release.gate.certificate import outdated, require_certificate
from shared.release.release_status import work_key
from shared.release.verdict import Verdict
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


_STATES: Mapping[str, Literal["approved", "rejected"]] = {"approve": "approved", "reject": "rejected"}
BOUND = ("scenario", "version", "sha256", "environment", "certificate", "nonce")
_NAME = 200


@dataclass(frozen=True, slots=True)
class Decided:
    """How a request stands after somebody decided; `repeated` when it had been decided before."""

    approval: Approval
    repeated: bool


def request_approval(
    ports: ReleasePorts, model: Model, verdict: Verdict, environment: str, *, by: str, why: str, override: bool = False
) -> Approval:
    """Ask for approval and announce it; the request that stands when there is one already."""
    now = ports.core.clock()
    wanted = Approval(
        scenario=model.name,
        version=model.version,
        sha256=model.sha256,
        environment=environment,
        certificate=verdict.digest,
        nonce=secrets.token_hex(16),
        expires=now + ports.release.policies.of(model.name).expiry,
        requested_by=by,
        requested_at=now,
        why=why,
        override=override,
    ).sealed()
    standing = ports.release.approvals.request(wanted)
    _announce(ports, standing)
    return standing


def _announce(ports: ReleasePorts, approval: Approval) -> None:
    data = {
        "id": approval.id,
        "model": approval.model,
        "environment": approval.environment,
        "requestedBy": approval.requested_by,
        "reason": approval.why,
        "expires": approval.expires.isoformat(),
        "override": approval.override,
    }
    announce(ports, "ApprovalRequested", f"approvals/{approval.id}", data)
    ports.core.ledger.note(
        "approval", f"{approval.id} {approval.model}/{approval.environment}", "waiting", approval.why
    )


def decide(
    ports: ReleasePorts,
    approval_id: str,
    decision: str,
    *,
    by: str,
    reason: str,
    bound: Mapping[str, Any] | None = None,
) -> Decided:
    """Approve or reject; a request that was decided before answers how, and nothing changes.

    `bound`: what the caller believes to decide on; a difference is refused. Approving looks at the certificate again.
    """
    state, by = _state(decision), _person(by)
    approval = find_approval(ports, approval_id)
    if approval.id != approval.bound:
        raise Refused(f"Request {approval.id} was altered after it was made; ask again.")
    _check_bound(approval, bound or {})
    if approval.state != "open":
        return _repeated(approval, state)
    now = ports.core.clock()
    if now >= approval.expires:
        expire(ports, approval, now)
        raise Refused(f"Request {approval.id} expired at {approval.expires:%Y-%m-%d %H:%M} UTC; ask again.")
    if state == "approved":
        _check_may_approve(ports, approval, by)
    return _close(ports, replace(approval, state=state, decided_by=by, decided_at=now, reason=reason.strip()))


def _state(decision: str) -> Literal["approved", "rejected"]:
    if decision not in _STATES:
        raise BadInput(f"The decision is {str(decision)[:40]!r}; accepted: approve or reject.")
    return _STATES[decision]


def _person(by: str) -> str:
    name = by.strip()
    if not name or len(name) > _NAME or not name.isprintable():
        raise BadInput("Nobody is named who decides; accepted: a name in `by`, such as ada@example.com.")
    return name


def find_approval(ports: ReleasePorts, approval_id: str) -> Approval:
    """The request; Missing when there is none."""
    approval = ports.release.approvals.find(approval_id)
    if approval is None:
        raise Missing(f"There is no request for approval {approval_id[:40]!r}; mlops approvals lists them.")
    return approval


def _check_bound(approval: Approval, bound: Mapping[str, Any]) -> None:
    for name in BOUND:
        if name in bound and str(bound[name]) != str(getattr(approval, name)):
            # Who decides for one environment has no say in another one.
            fault = Forbidden if name == "environment" else Refused
            asked, given = getattr(approval, name), str(bound[name])[:80]
            raise fault(f"Request {approval.id} is for {name} {asked}, not {given!r}.")


def _repeated(approval: Approval, state: str) -> Decided:
    first = "approved" if approval.state == "used" else approval.state
    if first == state:
        return Decided(approval, repeated=True)
    who = f" by {approval.decided_by}" if approval.decided_by else ""
    raise Conflict(f"Request {approval.id} was {first}{who} before; nothing was changed.")


def _check_may_approve(ports: ReleasePorts, approval: Approval, by: str) -> None:
    own = by.casefold() == approval.requested_by.strip().casefold()
    if own and not ports.release.policies.of(approval.scenario).approve_own:
        raise Forbidden(f"{by} asked for this; somebody else has to approve it.")
    model = ports.training.registry.find(approval.scenario, approval.version)
    if model is None or model.sha256 != approval.sha256:
        raise Refused(f"{approval.model} is not in the registry as it was when approval was asked for.")
    if require_certificate(ports, model).digest != approval.certificate:
        raise Refused(f"The certificate of {approval.model} is not the one approval was asked for; it is asked again.")


def _close(ports: ReleasePorts, decided: Approval) -> Decided:
    standing = ports.release.approvals.decide(decided)
    mine = (standing.state, standing.decided_by, standing.decided_at) == (
        decided.state,
        decided.decided_by,
        decided.decided_at,
    )
    if not mine and standing.state != "open":
        return _repeated(standing, decided.state)
    _tell(ports, standing)
    return Decided(standing, repeated=False)


def _tell(ports: ReleasePorts, approval: Approval) -> None:
    words = f"{approval.model} was {approval.state} for {approval.environment} by {approval.decided_by}"
    state = "done" if approval.state == "approved" else "refused"
    key = f"{approval.id} {approval.model}/{approval.environment}"
    ports.core.ledger.note("approval", key, state, f"{words}: {approval.reason}" if approval.reason else f"{words}.")


def expire(ports: ReleasePorts, approval: Approval, now: datetime) -> None:
    """Refuse an open request whose time is over."""
    reason = f"Nobody decided within {ports.release.policies.of(approval.scenario).approval_hours:g} hours."
    standing = ports.release.approvals.decide(
        replace(approval, state="expired", decided_by="time", decided_at=now, reason=reason)
    )
    _tell(ports, standing)


def withdraw(ports: ReleasePorts, approval: Approval) -> None:
    """Close a request whose certificate was made anew; one that was approved can no longer be used."""
    if approval.state != "open":
        return
    reason = "The champion changed, so the model was judged again: it is asked again on that certificate."
    standing = ports.release.approvals.decide(
        replace(approval, state="expired", decided_by="gate", decided_at=ports.core.clock(), reason=reason)
    )
    _tell(ports, standing)


def _outdated(ports: ReleasePorts, approval: Approval) -> bool:
    """Whether the champion is another one than the request's certificate was made for; an altered one is no reason."""
    model = ports.training.registry.find(approval.scenario, approval.version)
    try:
        verdict = None if model is None else ports.release.deployments.verdict(model)
    except Corrupt:
        return False
    return model is not None and verdict is not None and outdated(ports, model, verdict)


def sweep_approvals(ports: ReleasePorts) -> list[str]:
    """Refuse what expired; messages for every release that may go on or end by a decision."""
    now, messages = ports.core.clock(), []
    for approval in ports.release.approvals.list():
        if approval.state == "open" and now >= approval.expires:
            expire(ports, approval, now)
        elif approval.state == "used" or (approval.state == "open" and not _outdated(ports, approval)):
            continue
        entry = ports.core.history.find("model", work_key(ports, approval.model))
        if entry is None or entry.state == "waiting":
            messages.append(model_message(approval.scenario, approval.version))
    return list(dict.fromkeys(messages))


def newest(
    ports: ReleasePorts, model: Model, environment: str, verdict: Verdict, *, override: bool = False
) -> Approval | None:
    """The request for this version and these bytes in the environment that can still be used, else the newest.

    One on this certificate goes before one on an earlier certificate.
    """
    found = [
        one
        for one in ports.release.approvals.list(model.name)
        if (one.version, one.sha256, one.environment, one.override)
        == (model.version, model.sha256, environment, override)
    ]
    fitting = [one for one in found if one.certificate == verdict.digest]
    live = [one for one in fitting if one.live] or fitting or [one for one in found if one.live]
    return next(reversed(live or found), None)


def usable(approval: Approval, verdict: Verdict) -> bool:
    """Whether the request was approved for this certificate and was not used."""
    fits = approval.id == approval.bound and approval.certificate == verdict.digest
    return fits and approval.state == "approved"
