"""The release of a registered version: gate, the earlier environments with their checks, approval, the last one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.core.errors import Conflict, Transient
from shared.core.events import ModelRegistered
from shared.core.ledger import Kind, Outcome, State
from shared.core.wording import counted
from shared.release import rollouts
from shared.release.aftercare.post_rollout_watch import rollback_reason
from shared.release.approval import Approval
from shared.release.approvals import is_usable, newest_request, request_approval, withdraw, withdraw_all
from shared.release.gate.certificate import certify, certify_grown, is_outdated, require_certificate
from shared.release.gate.growth import TooFewMore
from shared.release.pointer import put_in_service, record_deployment
from shared.release.served_graph import chosen_graph
from shared.release.smoke_checks import run_smoke_checks
from shared.release.verdict import Verdict
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


BY_GATE = "gate"


@dataclass(frozen=True, slots=True)
class ApprovalDecision:
    """Whether a version may enter an environment, and why; `approval` is the request that the deployment uses up.

    When it may not, `blocked` says how its release stands.
    """

    reason: str
    approval: str = ""
    blocked: Outcome | None = None


def deploy(ports: ReleasePorts, event: ModelRegistered, *, again: bool = False) -> Outcome:
    """Bring the registered version as far as it may go: refused, waiting for a person or a rollout, or in service.

    Every step reads the state first, so a repeated event continues where the last one ended. `again`: an undecided
    version is judged on the rows of now first, when those have grown enough.
    """
    scenario = ports.core.scenarios.get(event.name)
    if scenario is None or not event.version.isdigit():
        return Outcome(State.IGNORED, f"Model {event.name}:{event.version} belongs to no scenario.")
    model = ports.training.registry.find(event.name, int(event.version))
    if model is None:
        raise Transient(f"The registry does not show {event.name}:{event.version} yet.")
    verdict = certify_grown(ports, model) if again else _certificate(ports, model)
    if isinstance(verdict, TooFewMore):
        return _wait_for_rows(model, verdict)
    facts = {"model": model.id, "dataset": model.dataset, "run": model.run, "certificate": verdict.digest}
    facts |= {"verdict": verdict.state}
    if not verdict.passed and (ended := _without_override(ports, model, verdict)):
        ports.training.registry.judge(model, _state_without_pass(verdict))
        withdraw_all(ports, model, verdict)
        return Outcome(ended.state, ended.reason, {**facts, **ended.detail})
    ports.training.registry.judge(model, "accepted")
    try:
        outcome = _release(ports, model, verdict)
    except Conflict as fault:
        # Another change moved the pointer at the same moment. The approval stays usable: this release comes after it.
        raise Transient(f"The release of {model.id} continues after another change: {fault.reason}") from fault
    return Outcome(outcome.state, outcome.reason, {**facts, **outcome.detail})


def _wait_for_rows(model: Model, missing: TooFewMore) -> Outcome:
    reason = (
        f"{model.id} stays undecided: dataset {missing.dataset} has {counted(missing.rows, 'fresh judging row')}; "
        f"from {missing.needed} on the gate looks again."
    )
    return Outcome(State.WAITING, reason, {"model": model.id, "dataset": missing.dataset})


def _certificate(ports: ReleasePorts, model: Model) -> Verdict:
    """The certificate against the current champion; of a version that served or was tried, the one it was tried by."""
    last = ports.release.policies.last(model.name)
    verdict = ports.release.deployments.verdict(model)
    if verdict is not None and _earlier_outcome(ports, model, last) is not None:
        return verdict
    return certify(ports, model)


def _state_without_pass(verdict: Verdict) -> State:
    """The state of a version whose gate did not pass: refused, or left to a person while the champion stays."""
    return State.REFUSED if verdict.state == "refused" else State.UNDECIDED


def _release(ports: ReleasePorts, model: Model, verdict: Verdict) -> Outcome:
    for environment in ports.release.policies.of(model.name).environments:
        outcome = _enter(ports, model, verdict, environment)
        state = outcome.state if outcome.state in (State.DONE, State.WAITING) else State.REFUSED
        ports.core.ledger.note(Kind.RELEASE, f"{model.id}/{environment}", state, outcome.reason)
        if outcome.state != State.DONE:
            return outcome
    return outcome


def _enter(ports: ReleasePorts, model: Model, verdict: Verdict, environment: str) -> Outcome:
    """As `_step`; what another worker did there while this one paused is found by a second look."""
    try:
        return _step(ports, model, verdict, environment)
    except Conflict:
        return _step(ports, model, verdict, environment)


def _step(ports: ReleasePorts, model: Model, verdict: Verdict, environment: str) -> Outcome:
    """One environment: approved where that is required, deployed once, and checked in all but the last."""
    last, served = environment == ports.release.policies.last(model.name), chosen_graph(ports, model, verdict)
    decision = _approval_decision(ports, model, verdict, environment)
    if decision.blocked is not None:
        return decision.blocked
    earlier = _earlier_outcome(ports, model, environment)
    if earlier is not None and not decision.approval:
        return earlier if last else _smoke_outcome(ports, served, environment)
    generation, approval = _generation(ports, model, verdict), decision.approval
    why = _passed_reason(verdict, decision) if verdict.passed else _override_reason(ports, model, verdict)
    if last:
        return rollouts.start_rollout(ports, served, environment, rollouts.Start(BY_GATE, approval, why, generation))
    current = ports.release.deployments.current(model.name, environment)
    if current is None or current.version != model.version or approval:
        over = current.generation if current else 0
        put_in_service(ports, served, environment, by=BY_GATE, reason=why, approval=approval, expected=over)
    return _smoke_outcome(ports, served, environment)


def _generation(ports: ReleasePorts, model: Model, verdict: Verdict) -> int:
    """The generation that the verdict compared with; Conflict when another verdict counts by now."""
    if require_certificate(ports, model).digest != verdict.digest:
        raise Conflict(f"{model.id} was judged again while its release was under way.")
    return verdict.generation or 0


def _passed_reason(verdict: Verdict, decision: ApprovalDecision) -> str:
    return " ".join(filter(None, ("The gate passed.", verdict.graph_sentence, decision.reason)))


def _override_reason(ports: ReleasePorts, model: Model, verdict: Verdict) -> str:
    """Who overrode the gate and why, as every record of the deployment says it."""
    request = newest_request(ports, model, ports.release.policies.last(model.name), verdict, override=True)
    assert request is not None  # noqa: S101 - without one a version that did not pass ended before
    return f"{request.why} Approved by {request.decided_by} ({request.id})."


def _approval_decision(ports: ReleasePorts, model: Model, verdict: Verdict, environment: str) -> ApprovalDecision:
    policy, override = ports.release.policies.of(model.name), not verdict.passed
    if environment not in policy.approvals and not (override and environment == policy.last):
        return ApprovalDecision("Approval is not required by setting.")
    request = newest_request(ports, model, environment, verdict, override=override)
    if request is not None and request.is_unused and request.certificate != verdict.digest:
        withdraw(ports, request)
        request = None
    # Of a version that was released before no event makes a new certificate: approved over another champion is no use.
    overtaken = request is not None and request.state == "approved" and is_outdated(ports, model, verdict)
    if (request is None or overtaken) and _earlier_outcome(ports, model, environment) is not None:
        return ApprovalDecision("It was deployed before approvals were required.")
    if request is None:
        why = f"{model.id} passed its gate and every check before {environment}."
        request = request_approval(ports, model, verdict, environment, by=BY_GATE, why=why, once=True)
    approved = f"Approved by {request.decided_by} ({request.id})."
    if is_usable(request, verdict):
        return ApprovalDecision(approved, request.id)
    if request.state == "used":
        return ApprovalDecision(approved)
    return _blocked_by(request, model, environment)


def _blocked_by(request: Approval, model: Model, environment: str) -> ApprovalDecision:
    if request.state == "open":
        until = f"{request.expires:%Y-%m-%d %H:%M} UTC"
        state, reason = State.WAITING, f"{model.id} waits for approval {request.id} in {environment}, until {until}."
    else:
        decided = f"{request.state} by {request.decided_by}"
        state, reason = State.REFUSED, f"{model.id} was not approved for {environment} ({decided}): {request.reason}"
    return ApprovalDecision(reason, blocked=Outcome(state, reason.strip(), {"approval": request.id}))


def _earlier_outcome(ports: ReleasePorts, model: Model, environment: str) -> Outcome | None:
    """How an earlier release of the version here ended; None when there was none or the health rules took it back.

    A version that another one replaced stays done: no event brings it back after a rollback.
    """
    for deployment in ports.release.deployments.list(model.name, environment):
        released = deployment.version == model.version and deployment.by in (BY_GATE, rollouts.BY_HEALTH)
        if released and not rollback_reason(ports, deployment):
            record_deployment(ports, deployment)
            return Outcome(State.DONE, rollouts.serving_sentence(deployment), {"generation": deployment.generation})
    return rollouts.last_rollout_outcome(ports, model, environment)


def _smoke_outcome(ports: ReleasePorts, model: Model, environment: str) -> Outcome:
    """The smoke checks of the version there, run once until they pass."""
    key = f"{model.id}/{environment}"
    entry = ports.core.history.find(Kind.SMOKE, key)
    if entry is not None and entry.state == State.DONE:
        return Outcome(State.DONE, entry.reason, entry.detail)
    outcome = run_smoke_checks(ports, ports.core.scenarios[model.name], model, environment)
    ports.core.ledger.note(Kind.SMOKE, key, outcome.state, outcome.reason)
    return outcome


def _without_override(ports: ReleasePorts, model: Model, verdict: Verdict) -> Outcome | None:
    """The outcome of a version that did not pass its gate; None when another person approved an override."""
    request = newest_request(ports, model, ports.release.policies.last(model.name), verdict, override=True)
    state, sentence = _state_without_pass(verdict), f"{model.id} {verdict.summary}: {verdict.reason}"
    if request is None or request.id != request.digest or request.certificate != verdict.digest:
        return Outcome(state, sentence)
    if request.state == "open":
        return Outcome(State.WAITING, f"{model.id} waits for approval {request.id} of an override.")
    if request.state in ("approved", "used"):
        return None
    return Outcome(state, f"{sentence} Its override was {request.state} by {request.decided_by}.")
