"""A rollout in steps: shadow, canary, full; every sweep judges it by explicit rules and can roll it back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.core.errors import Conflict, Missing, Refused
from shared.core.ledger import Kind, Outcome, State
from shared.core.notices import announce
from shared.release.endpoint_reconciliation import apply_traffic
from shared.release.health_rules import Totals, judge_health
from shared.release.pointer import make_ready, put_in_service
from shared.release.policy import Policy
from shared.release.verdict import Check
from shared.serving.deployment import Deployment
from shared.serving.rollout import Rollout, RolloutState
from shared.training.model import Model
from shared.training.stored_models import find_graph

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


BY_HEALTH = "health rules"
# A rollout needs requests to compare by: those of the last hour show whether there will be any.
TRAFFIC = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Start:
    """Who starts a release into the last environment, by which approval, why, and over which generation."""

    by: str
    approval: str
    why: str
    generation: int


def start_rollout(ports: ReleasePorts, model: Model, environment: str, start: Start) -> Outcome:
    """Put the version into service: in steps when a champion answers requests to compare with, else at once.

    Conflict when another generation serves than the one the version was judged against.
    """
    policy = ports.release.policies.of(model.name)
    champion = ports.release.deployments.current(model.name, environment)
    without_steps = _reason_without_steps(ports, policy, champion)
    if champion is None or without_steps:
        deployment = put_in_service(
            ports,
            model,
            environment,
            by=start.by,
            reason=f"{start.why} {without_steps}",
            approval=start.approval,
            expected=start.generation,
        )
        return Outcome(State.DONE, serving_sentence(deployment), {"generation": deployment.generation})
    if champion.generation != start.generation:
        raise Conflict(f"Generation {champion.generation} is current; {model.id} was judged against another one.")
    make_ready(ports, model, environment)
    newest = ports.release.rollouts.current(model.name, environment)
    first = policy.steps[0]
    started = Rollout(
        scenario=model.name,
        environment=environment,
        number=(newest.number if newest else 0) + 1,
        version=model.version,
        sha256=model.sha256,
        base=champion.generation,
        state=_state_for(first.share),
        step=0,
        share=first.share,
        at=ports.core.clock(),
        by=start.by,
        reason=start.why,
    )
    ports.release.rollouts.write(started, start.approval)
    apply_traffic(ports, model.name, environment)
    reason = f"{start.why} {_describe(started)}"
    _record(ports, started, reason)
    return Outcome(State.WAITING, reason)


def serving_sentence(deployment: Deployment) -> str:
    """How a version that was released serves."""
    how = "serves by an override of its gate" if deployment.override else "passed its gate and serves"
    return f"{deployment.model_id} {how} as generation {deployment.generation}."


def _reason_without_steps(ports: ReleasePorts, policy: Policy, champion: Deployment | None) -> str:
    """Why there are no steps; empty when there are."""
    if champion is None:
        return "It is the first version, so there is no champion to compare it with."
    if not policy.steps:
        return "The setting ROLLOUT puts versions into service at once."
    start = (ports.core.clock() - TRAFFIC).replace(second=0, microsecond=0)
    counts = ports.serving.health.since(champion.scenario, champion.environment, start)
    if not sum(count.requests for count in counts):
        return "There was no request in the last hour to compare it by."
    return ""


def active_rollout(ports: ReleasePorts, scenario: str, environment: str) -> Rollout | None:
    """The rollout whose candidate is being tried, or None."""
    rollout = ports.release.rollouts.current(scenario, environment)
    champion = ports.release.deployments.current(scenario, environment)
    active = rollout and champion and rollout.is_active and rollout.base == champion.generation
    return rollout if active else None


def judge_rollouts(ports: ReleasePorts) -> list[Rollout]:
    """Judge every active rollout: same step, next step, full, or rolled back. Returns those that changed."""
    changed = []
    for name in ports.core.scenarios:
        rollout = ports.release.rollouts.current(name, ports.release.policies.last(name))
        if rollout is None:
            continue
        try:
            change = _judge(ports, rollout)
        except (Conflict, Refused) as fault:
            # Another process decided first, or the model lacks its signature: the next sweep sees what is so then.
            ports.core.ledger.note(Kind.ROLLOUT, _ledger_key(rollout), fault.state, fault.reason)
            continue
        if change is not None:
            changed.append(change)
    return changed


def _judge(ports: ReleasePorts, rollout: Rollout) -> Rollout | None:
    champion = ports.release.deployments.current(rollout.scenario, rollout.environment)
    if champion is None:
        return None
    if rollout.state == "full" and rollout.base == champion.generation:
        # The process that wrote this died before it moved the pointer.
        _serve(ports, rollout)
        return rollout
    if not rollout.is_active:
        return None
    if rollout.base != champion.generation:
        reason = f"Generation {champion.generation} was put into service in the meantime."
        return end_rollout(ports, rollout, "superseded", reason)
    return _judge_by_health(ports, rollout)


def _judge_by_health(ports: ReleasePorts, rollout: Rollout) -> Rollout | None:
    checks = health_checks(ports, rollout)
    failed = [check.reason for check in checks if check.verdict == "fail"]
    if failed:
        return roll_back_candidate(ports, rollout, by=BY_HEALTH, reason=" ".join(failed))
    missing = [check.reason for check in checks if check.verdict == "skip"]
    policy = ports.release.policies.of(rollout.scenario)
    minutes = policy.steps[min(rollout.step, len(policy.steps) - 1)].minutes if policy.steps else 0
    until = rollout.at + timedelta(minutes=minutes)
    if missing or ports.core.clock() < until:
        why = " ".join(missing) or f"Every rule is kept; the step lasts until {until:%H:%M:%S}."
        _record(ports, rollout, f"{_describe(rollout)} {why}")
        return None
    return _advance(ports, rollout, policy)


def health_checks(ports: ReleasePorts, rollout: Rollout) -> list[Check]:
    """The verdict of each health rule on the candidate, since its step began."""
    start = rollout.at.replace(second=0, microsecond=0)
    counts = ports.serving.health.since(rollout.scenario, rollout.environment, start)
    role = "shadow" if rollout.state == "shadow" else "canary"
    candidate = Totals.of(count for count in counts if count.role == role and count.version == rollout.version)
    champion = Totals.of(count for count in counts if count.role == "champion" and count.generation == rollout.base)
    return judge_health(rollout.model, candidate, champion, ports.release.policies.of(rollout.scenario).health)


def _advance(ports: ReleasePorts, rollout: Rollout, policy: Policy) -> Rollout:
    step = rollout.step + 1
    if step >= len(policy.steps):
        return finish_rollout(ports, rollout, by=BY_HEALTH, reason="Every step kept the health rules.")
    share = policy.steps[step].share
    advanced = replace(
        rollout,
        number=rollout.number + 1,
        step=step,
        share=share,
        state=_state_for(share),
        at=ports.core.clock(),
        by=BY_HEALTH,
    )
    ports.release.rollouts.write(advanced)
    apply_traffic(ports, advanced.scenario, advanced.environment)
    _record(ports, advanced, f"{_describe(advanced)} The step before kept every rule.")
    return advanced


def finish_rollout(ports: ReleasePorts, rollout: Rollout, *, by: str, reason: str) -> Rollout:
    """End a rollout with its candidate in service; Conflict when it was already ended."""
    # First the decision, then the pointer: of two processes that decide differently only one moves it.
    full = end_rollout(ports, rollout, "full", reason, by=by)
    _serve(ports, full)
    return full


def roll_back_candidate(ports: ReleasePorts, rollout: Rollout, *, by: str, reason: str) -> Rollout:
    """End a rollout with its champion in service; Conflict when it was already ended."""
    ended = end_rollout(ports, rollout, "rolled_back", reason, by=by)
    data = {"model": rollout.model, "environment": rollout.environment, "by": by, "reason": reason}
    announce(ports, "ModelRolledBack", f"rollouts/{rollout.scenario}/{rollout.environment}/{ended.number}", data)
    return ended


def _serve(ports: ReleasePorts, rollout: Rollout) -> None:
    model = find_graph(ports, rollout.scenario, rollout.version, rollout.sha256)
    if model is None:
        raise Missing(f"{rollout.model} is not in the registry as it was rolled out.")
    put_in_service(ports, model, rollout.environment, by=rollout.by, reason=rollout.reason, expected=rollout.base)


def end_rollout(
    ports: ReleasePorts, rollout: Rollout, state: RolloutState, reason: str, *, by: str = BY_HEALTH
) -> Rollout:
    """Write how the rollout ended, and bring traffic to it; Conflict when another process wrote first."""
    share = 100 if state == "full" else 0
    ended = replace(
        rollout, number=rollout.number + 1, state=state, at=ports.core.clock(), by=by, reason=reason, share=share
    )
    ports.release.rollouts.write(ended)
    if state != "full":
        # For a full rollout traffic changes when the pointer has moved.
        apply_traffic(ports, ended.scenario, ended.environment)
    words = {"full": "is in full service", "rolled_back": "was rolled back", "superseded": "was superseded"}
    _record(ports, ended, f"{ended.model} {words[state]} in {ended.environment}: {reason}")
    return ended


def last_rollout_outcome(ports: ReleasePorts, model: Model, environment: str) -> Outcome | None:
    """The outcome of the version's last rollout so far, or None when there was none."""
    changes = [change for change in ports.release.rollouts.list(model.name) if change.environment == environment]
    of_version = [change for change in changes if change.version == model.version]
    if not of_version:
        return None
    last = of_version[-1]
    if last.state == "rolled_back":
        return Outcome(State.REFUSED, f"{model.id} was rolled back by {last.by}: {last.reason}")
    if last.state == "superseded" or (last.is_active and last != changes[-1]):
        return Outcome(State.SUPERSEDED, f"The rollout of {model.id} was overtaken by another version.")
    if last.is_active:
        return Outcome(State.WAITING, _describe(last))
    verdict = ports.release.deployments.verdict(model)
    passed = "passed its gate" if verdict is None or verdict.passed else "overrode its gate"
    return Outcome(State.DONE, f"{model.id} {passed} and went through every step of its rollout.")


def _state_for(share: int) -> RolloutState:
    return "canary" if share else "shadow"


def _describe(rollout: Rollout) -> str:
    if rollout.state == "shadow":
        return f"{rollout.model} answers in the shadow of generation {rollout.base}."
    return f"{rollout.model} answers {rollout.share} % beside generation {rollout.base}."


def _record(ports: ReleasePorts, rollout: Rollout, reason: str) -> None:
    states = {"full": State.DONE, "rolled_back": State.REFUSED, "superseded": State.SUPERSEDED}
    ports.core.ledger.note(Kind.ROLLOUT, _ledger_key(rollout), states.get(rollout.state, State.WAITING), reason)


def _ledger_key(rollout: Rollout) -> str:
    return f"{rollout.model}/{rollout.environment}"
