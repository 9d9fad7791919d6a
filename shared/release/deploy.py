"""Releases: certificate, earlier environments with their checks, approval, and the last one; and changes by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.errors import BadInput, Conflict, Missing, Refused, Transient
from shared.core.events import ModelRegistered
from shared.core.ledger import Outcome, State
from shared.release import rollouts
from shared.release.approvals import newest, request_approval, usable, withdraw
from shared.release.gate.certificate import certify, renewed_certificate, require_certificate
from shared.release.pointer import put_in_service, tell
from shared.release.post_rollout_watch import taken_back
from shared.release.smoke_checks import run_smoke_checks
from shared.release.verdict import Verdict
from shared.serving.deployment import Deployment
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


BY_GATE = "gate"
_NOT_ASKED = "Approval is not required by setting."


def deploy(ports: ReleasePorts, event: ModelRegistered) -> Outcome:
    """Bring the registered version as far as it may go: refused, waiting for a person or a rollout, or in service.

    Every step reads the state first, so that the same event again goes on where the last one ended.
    """
    scenario = ports.core.scenarios.get(event.name)
    if scenario is None or not event.version.isdigit():
        return Outcome("ignored", f"Model {event.name}:{event.version} belongs to no scenario.")
    model = ports.training.registry.find(event.name, int(event.version))
    if model is None:
        raise Transient(f"The registry does not show {event.name}:{event.version} yet.")
    verdict = _certificate(ports, model)
    facts = {"model": model.id, "dataset": model.dataset, "run": model.run, "certificate": verdict.digest}
    facts |= {"verdict": verdict.state}
    if not verdict.passed and (ended := _not_overridden(ports, model, verdict)):
        ports.training.registry.judge(model, _ended_as(verdict))
        return Outcome(ended.state, ended.reason, {**facts, **ended.detail})
    ports.training.registry.judge(model, "accepted")
    try:
        outcome = _release(ports, model, verdict)
    except Conflict as fault:
        # Somebody changed the pointer at the same moment. What was approved is not lost by that: it comes after.
        raise Transient(f"{model.id} goes on after another change: {fault.reason}") from fault
    return Outcome(outcome.state, outcome.reason, {**facts, **outcome.detail})


def _certificate(ports: ReleasePorts, model: Model) -> Verdict:
    """The certificate against the champion of now; of a version that served or was tried, the one it was tried by."""
    last = ports.release.policies.last(model.name)
    verdict = ports.release.deployments.verdict(model)
    if verdict is not None and _before(ports, model, last) is not None:
        return verdict
    return certify(ports, model)


def _ended_as(verdict: Verdict) -> State:
    """What a version without a passed gate is: refused, or left to a person while the champion stays."""
    return State.REFUSED if verdict.state == "refused" else State.UNDECIDED


def _release(ports: ReleasePorts, model: Model, verdict: Verdict) -> Outcome:
    for environment in ports.release.policies.of(model.name).environments:
        outcome = _stage(ports, model, verdict, environment)
        state = outcome.state if outcome.state in ("done", "waiting") else "refused"
        ports.core.ledger.note("release", f"{model.id}/{environment}", state, outcome.reason)
        if outcome.state != "done":
            return outcome
    return outcome


def _stage(ports: ReleasePorts, model: Model, verdict: Verdict, environment: str) -> Outcome:
    """One environment: approved where that is asked for, deployed once, and (but the last) checked."""
    last = environment == ports.release.policies.last(model.name)
    approval = _approved(ports, model, verdict, environment)
    if isinstance(approval, Outcome):
        return approval
    used, why = approval
    before = _before(ports, model, environment)
    if before is not None and not used:
        return before if last else _checked(ports, model, environment)
    generation = require_certificate(ports, model).generation or 0
    reason = f"The gate passed. {why}" if verdict.passed else _overridden(ports, model, verdict)
    if last:
        started = rollouts.Start(BY_GATE, used, reason, generation)
        return rollouts.start_rollout(ports, model, environment, started)
    current = ports.release.deployments.current(model.name, environment)
    if current is None or current.sha256 != model.sha256 or used:
        put_in_service(ports, model, environment, by=BY_GATE, reason=reason, approval=used)
    return _checked(ports, model, environment)


def _overridden(ports: ReleasePorts, model: Model, verdict: Verdict) -> str:
    """Who overrode the gate and why, as every record of the deployment says it."""
    last = ports.release.policies.last(model.name)
    request = newest(ports, model, last, verdict, override=True)
    assert request is not None  # noqa: S101 - without one a version that did not pass ended before
    return f"{request.why} Approved by {request.decided_by} ({request.id})."


def _approved(ports: ReleasePorts, model: Model, verdict: Verdict, environment: str) -> tuple[str, str] | Outcome:
    """The approval to use up and what to say of it, or how the version stands without one."""
    override = not verdict.passed
    if environment not in ports.release.policies.of(model.name).approvals and not (
        override and environment == ports.release.policies.last(model.name)
    ):
        return "", _NOT_ASKED
    standing = newest(ports, model, environment, verdict, override=override)
    if standing is not None and standing.live and standing.certificate != verdict.digest:
        withdraw(ports, standing)
        standing = None
    if standing is None:
        if _before(ports, model, environment) is not None:
            return "", "It was put into service before approvals were asked for."
        why = f"{model.id} passed its gate and every check before {environment}."
        standing = request_approval(ports, model, verdict, environment, by=BY_GATE, why=why)
    if usable(standing, verdict):
        return standing.id, f"Approved by {standing.decided_by} ({standing.id})."
    if standing.state == "used":
        return "", f"Approved by {standing.decided_by} ({standing.id})."
    if standing.state == "open":
        until = f"{standing.expires:%Y-%m-%d %H:%M} UTC"
        told = f"{model.id} waits for approval {standing.id} in {environment}, until {until}."
        return Outcome("waiting", told, {"approval": standing.id})
    told = (
        f"{model.id} was not approved for {environment} ({standing.state} by {standing.decided_by}): {standing.reason}"
    )
    return Outcome("refused", told.strip(), {"approval": standing.id})


def _before(ports: ReleasePorts, model: Model, environment: str) -> Outcome | None:
    """How a version stands that was put into service here before: after a rollback no event brings it back."""
    for deployment in ports.release.deployments.list(model.name, environment):
        released = deployment.version == model.version and deployment.by in (BY_GATE, rollouts.BY_HEALTH)
        if released and not taken_back(ports, deployment):
            tell(ports, deployment)
            return Outcome("done", rollouts.serves(deployment), {"generation": deployment.generation})
    return rollouts.last_rollout_outcome(ports, model, environment)


def _checked(ports: ReleasePorts, model: Model, environment: str) -> Outcome:
    key = f"{model.id}/{environment}"
    entry = ports.core.history.find("smoke", key)
    if entry is not None and entry.state == "done":
        return Outcome("done", entry.reason, entry.detail)
    outcome = run_smoke_checks(ports, ports.core.scenarios[model.name], model, environment)
    ports.core.ledger.note("smoke", key, outcome.state, outcome.reason)
    return outcome


def _not_overridden(ports: ReleasePorts, model: Model, verdict: Verdict) -> Outcome | None:
    """How a version stands that did not pass; None when another person approved that it serves all the same."""
    standing = newest(ports, model, ports.release.policies.last(model.name), verdict, override=True)
    ended, told = _ended_as(verdict), f"{model.id} {verdict.told}: {verdict.reason}"
    if standing is None or standing.id != standing.bound or standing.certificate != verdict.digest:
        return Outcome(ended, told)
    if standing.state == "open":
        return Outcome("waiting", f"{model.id} waits for approval {standing.id} of an override.")
    if standing.state in ("approved", "used"):
        return None
    return Outcome(ended, f"{told} Its override was {standing.state} by {standing.decided_by}.")


def override(ports: ReleasePorts, model: Model, *, by: str, reason: str) -> str:
    """Ask that a version that did not pass serves all the same; returns the request another person has to approve."""
    verdict = renewed_certificate(ports, model)
    if verdict.passed:
        raise Refused(f"{model.id} passed its gate; there is nothing to override.")
    if not reason.strip() or not by.strip():
        raise BadInput("An override needs a person and a reason: --by NAME --reason TEXT.")
    why = f"Override by {by}: {reason.strip()} The gate said: {verdict.reason}"
    environment = ports.release.policies.last(model.name)
    approval = request_approval(ports, model, verdict, environment, by=by, why=why, override=True)
    ports.core.ledger.note("override", model.id, "waiting", why)
    return approval.id


def promote(ports: ReleasePorts, model: Model, *, by: str, reason: str, environment: str | None = None) -> Deployment:
    """Make the model the next generation; Refused without a passed gate, Conflict when somebody was faster.

    Where the environment asks for approval, the request is made and Refused names it: the release goes on by it.
    """
    where = environment or ports.release.policies.last(model.name)
    current = ports.release.deployments.current(model.name, where)
    if current is not None and current.version == model.version:
        raise Refused(f"{model.id} serves already, as generation {current.generation}.")
    verdict = renewed_certificate(ports, model)
    if not verdict.passed:
        raise Refused(
            f"{model.id} may not serve: it {verdict.told}. {verdict.reason} mlops gate override asks another person."
        )
    trial = rollouts.active_rollout(ports, model.name, where)
    if trial is not None and trial.version == model.version:
        rollouts.finish_rollout(ports, trial, by=by, reason=reason)
        return _current(ports, model.name, where)
    if where in ports.release.policies.of(model.name).approvals:
        approval = request_approval(ports, model, verdict, where, by=by, why=f"Promotion by hand: {reason}")
        raise Refused(
            f"{where} asks for approval: request {approval.id} was made; it goes on when another person approves."
        )
    expected = verdict.generation if where == ports.release.policies.last(model.name) else None
    return put_in_service(ports, model, where, by=by, reason=reason, expected=expected)


def rollback(ports: ReleasePorts, scenario: str, *, by: str, reason: str, environment: str | None = None) -> Deployment:
    """Take out the candidate that is being tried; without one, a new generation with the model that served before."""
    where = environment or ports.release.policies.last(scenario)
    trial = rollouts.active_rollout(ports, scenario, where)
    if trial is not None:
        rollouts.roll_back_candidate(ports, trial, by=by, reason=reason)
        return _current(ports, scenario, where)
    history = ports.release.deployments.list(scenario, where)
    if not history:
        raise Missing(f"Nothing is deployed for {scenario}; there is nothing to roll back.")
    earlier = [one for one in history if one.sha256 != history[-1].sha256]
    if not earlier:
        raise Refused(f"{scenario} has only ever served {history[-1].model_id}.")
    model = find_model(ports, scenario, earlier[-1].version)
    return put_in_service(ports, model, where, by=by, reason=reason, expected=history[-1].generation)


def _current(ports: ReleasePorts, scenario: str, environment: str) -> Deployment:
    current = ports.release.deployments.current(scenario, environment)
    if current is None:
        raise Missing(f"Nothing is deployed for {scenario} in {environment}.")
    return current


def find_model(ports: ReleasePorts, name: str, version: int) -> Model:
    """The model version; BadInput names the versions there are."""
    model = ports.training.registry.find(name, version)
    if model is None:
        versions = ", ".join(str(one.version) for one in ports.training.registry.list(name)) or "none"
        raise BadInput(f"There is no {name}:{version}; registered versions: {versions}.")
    return model
