"""Approvals: each is bound to one model version, decided once by another person, used once, and expires."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from shared.core.errors import BadInput, Conflict, Corrupt, Forbidden, Missing, Refused
from shared.core.ledger import Kind, State
from shared.core.messages import model_message
from shared.core.notices import announce
from shared.core.wording import counted
from shared.release.approval import Approval, standing_request
from shared.release.gate.certificate import is_outdated, require_certificate
from shared.release.looks import release_work
from shared.release.verdict import Verdict
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


_STATES: Mapping[str, Literal["approved", "rejected"]] = {"approve": "approved", "reject": "rejected"}
BOUND_FIELDS = ("scenario", "version", "sha256", "environment", "certificate", "nonce")
_LONGEST_NAME = 200
_ASKED_AGAIN = "approval is requested again on that certificate."


@dataclass(frozen=True, slots=True)
class DecidedApproval:
    """A request after a decision; `repeated` when an earlier decision already said the same."""

    approval: Approval
    repeated: bool


def request_approval(
    ports: ReleasePorts,
    model: Model,
    verdict: Verdict,
    environment: str,
    *,
    by: str,
    why: str,
    override: bool = False,
    once: bool = False,
) -> Approval:
    """Request approval and announce it; an undecided or unused request for the same version is returned instead.

    `once`: so is one that was decided or used, for whoever does not know what people wanted since.
    """
    now = ports.core.clock()
    request = Approval(
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
    ).with_id()
    stored = ports.release.approvals.request(request, once=once)
    if stored.is_unused:
        _announce(ports, stored)
    return stored


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
    ports.core.ledger.note(Kind.APPROVAL, _ledger_key(approval), State.WAITING, approval.why)


def _ledger_key(approval: Approval) -> str:
    return f"{approval.id} {approval.model}/{approval.environment}"


def decide(
    ports: ReleasePorts,
    approval_id: str,
    decision: str,
    *,
    by: str,
    reason: str,
    bound: Mapping[str, Any] | None = None,
) -> DecidedApproval:
    """Approve or reject; the same decision again changes nothing, another one is a Conflict.

    `bound`: the facts the caller decides on; a difference is refused. Approving checks the certificate again.
    """
    state, by = _state_of(decision), _person(by)
    approval = find_approval(ports, approval_id)
    if approval.id != approval.digest:
        raise Refused(f"Request {approval.id} was altered after it was made; make a new request.")
    _check_bound(approval, bound or {})
    if approval.state != "open":
        return _repeated(approval, state)
    now = ports.core.clock()
    if now >= approval.expires:
        expire(ports, approval, now)
        raise Refused(f"Request {approval.id} expired at {approval.expires:%Y-%m-%d %H:%M} UTC; make a new request.")
    if state == "approved":
        _check_may_approve(ports, approval, by)
    return _close(ports, replace(approval, state=state, decided_by=by, decided_at=now, reason=reason.strip()))


def _state_of(decision: str) -> Literal["approved", "rejected"]:
    if decision not in _STATES:
        raise BadInput(f"The decision is {str(decision)[:40]!r}; accepted: approve or reject.")
    return _STATES[decision]


def _person(by: str) -> str:
    name = by.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise BadInput("The decision names no person; accepted: a name in `by`, such as ada@example.com.")
    return name


def find_approval(ports: ReleasePorts, approval_id: str) -> Approval:
    """The request of that id; Missing when there is none."""
    approval = ports.release.approvals.find(approval_id)
    if approval is None:
        raise Missing(f"There is no request for approval {approval_id[:40]!r}; `mlops approvals` lists them.")
    return approval


def _check_bound(approval: Approval, bound: Mapping[str, Any]) -> None:
    for name in BOUND_FIELDS:
        if name in bound and str(bound[name]) != str(getattr(approval, name)):
            # A person who decides for one environment may not decide for another.
            fault = Forbidden if name == "environment" else Refused
            requested, given = getattr(approval, name), str(bound[name])[:80]
            raise fault(f"Request {approval.id} is for {name} {requested}, not {given!r}.")


def _repeated(approval: Approval, state: str) -> DecidedApproval:
    first = "approved" if approval.state == "used" else approval.state
    if first == state:
        return DecidedApproval(approval, repeated=True)
    who = f" by {approval.decided_by}" if approval.decided_by else ""
    raise Conflict(f"Request {approval.id} was already {first}{who}; nothing was changed.")


def _check_may_approve(ports: ReleasePorts, approval: Approval, by: str) -> None:
    own = by.casefold() == approval.requested_by.strip().casefold()
    if own and not ports.release.policies.of(approval.scenario).approve_own:
        raise Forbidden(f"The requester cannot approve: {by} made this request, another person has to decide.")
    model = ports.training.registry.find(approval.scenario, approval.version)
    if model is None or model.sha256 != approval.sha256:
        raise Refused(f"{approval.model} is not in the registry as it was when approval was requested.")
    if require_certificate(ports, model).digest != approval.certificate:
        raise Refused(
            f"The certificate of {approval.model} is not the one approval was requested for; it is requested again."
        )


def _close(ports: ReleasePorts, decided: Approval) -> DecidedApproval:
    stored = ports.release.approvals.decide(decided)
    won = (stored.state, stored.decided_by, stored.decided_at) == (
        decided.state,
        decided.decided_by,
        decided.decided_at,
    )
    if not won and stored.state != "open":
        return _repeated(stored, decided.state)
    _record(ports, stored)
    return DecidedApproval(stored, repeated=False)


def _record(ports: ReleasePorts, approval: Approval) -> None:
    sentence = f"{approval.model} was {approval.state} for {approval.environment} by {approval.decided_by}"
    state = State.DONE if approval.state == "approved" else State.REFUSED
    reason = f"{sentence}: {approval.reason}" if approval.reason else f"{sentence}."
    ports.core.ledger.note(Kind.APPROVAL, _ledger_key(approval), state, reason)


def expire(ports: ReleasePorts, approval: Approval, now: datetime) -> None:
    """Close an open request that nobody decided in time."""
    reason = (
        f"Nobody decided within {counted(float(ports.release.policies.of(approval.scenario).approval_hours), 'hour')}."
    )
    expired = replace(approval, state="expired", decided_by="time", decided_at=now, reason=reason)
    _record(ports, ports.release.approvals.decide(expired))


def withdraw(ports: ReleasePorts, approval: Approval, then: str = _ASKED_AGAIN) -> None:
    """Close a request whose certificate was made again; one that was approved can no longer be used."""
    if approval.state != "open":
        return
    reason = f"The champion changed, so the model was judged again: {then}"
    withdrawn = replace(approval, state="expired", decided_by="gate", decided_at=ports.core.clock(), reason=reason)
    _record(ports, ports.release.approvals.decide(withdrawn))


def withdraw_all(ports: ReleasePorts, model: Model, verdict: Verdict) -> None:
    """Close every request of a version that did not pass when it was judged again; overrides are left to people."""
    for approval in ports.release.approvals.list(model.name):
        ours = approval.version == model.version and not approval.override
        if ours and approval.certificate != verdict.digest:
            withdraw(ports, approval, "it did not pass, and nothing is left to approve.")


def _is_outdated(ports: ReleasePorts, approval: Approval) -> bool:
    """Whether the champion is another one than the request's certificate was made for; an altered one is no reason."""
    model = ports.training.registry.find(approval.scenario, approval.version)
    try:
        verdict = None if model is None else ports.release.deployments.verdict(model)
    except Corrupt:
        return False
    return model is not None and verdict is not None and is_outdated(ports, model, verdict)


def sweep_approvals(ports: ReleasePorts) -> list[str]:
    """Close requests that expired; returns messages for every release that continues or ends by a decision."""
    now, messages = ports.core.clock(), []
    for approval in ports.release.approvals.list():
        if approval.state == "open" and now >= approval.expires:
            expire(ports, approval, now)
        elif approval.state == "used" or (approval.state == "open" and not _is_outdated(ports, approval)):
            continue
        entry = ports.core.history.find(Kind.MODEL, release_work(ports, approval.model).key)
        if entry is None or entry.state == State.WAITING:
            messages.append(model_message(approval.scenario, approval.version))
    return list(dict.fromkeys(messages))


def newest_request(
    ports: ReleasePorts, model: Model, environment: str, verdict: Verdict, *, override: bool = False
) -> Approval | None:
    """The newest request for this version and these bytes in the environment; one that can be used comes first.

    A request on this certificate comes before one on an earlier certificate.
    """
    wanted = (model.version, model.sha256, environment, override)
    requests = [
        request
        for request in ports.release.approvals.list(model.name)
        if (request.version, request.sha256, request.environment, request.override) == wanted
    ]
    fitting = [request for request in requests if request.certificate == verdict.digest]
    return standing_request(fitting or requests, once=True)


def is_usable(approval: Approval, verdict: Verdict) -> bool:
    """Whether the request was approved for this certificate and is not used up."""
    fits = approval.id == approval.digest and approval.certificate == verdict.digest
    return fits and approval.state == "approved"
