"""A rollout in steps: shadow, canary, full; judged by explicit rules at every sweep, and taken out by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.core.errors import Conflict, Missing
from shared.core.ledger import Outcome
from shared.core.notices import announce
from shared.release.endpoint_reconciliation import follow
from shared.release.health_rules import Totals, judge_health
from shared.release.pointer import put_in_service, ready
from shared.release.policy import Policy
from shared.release.verdict import Check
from shared.serving.deployment import Deployment
from shared.serving.rollout import Rollout, RolloutState
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


BY_HEALTH = "health rules"
# A rollout needs requests to compare by: those of the last hour say whether there will be any.
TRAFFIC = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Start:
    """Who starts a release into the last environment, by which approval, why, and over which generation."""

    by: str
    approval: str
    why: str
    generation: int


def start_rollout(ports: ReleasePorts, model: Model, environment: str, start: Start) -> Outcome:
    """Put the version into service: in steps when a champion answers requests that can be compared, else at once.

    Conflict when another generation serves than the one the version was judged against.
    """
    policy = ports.release.policies.of(model.name)
    champion = ports.release.deployments.current(model.name, environment)
    skipped = _at_once(ports, policy, champion)
    if champion is None or skipped:
        how = {"by": start.by, "reason": f"{start.why} {skipped}", "approval": start.approval}
        deployment = put_in_service(ports, model, environment, expected=start.generation, **how)
        return Outcome("done", serves(deployment), {"generation": deployment.generation})
    if champion.generation != start.generation:
        raise Conflict(f"Generation {champion.generation} is current; {model.id} was judged against another one.")
    ready(ports, model, environment)
    current = ports.release.rollouts.current(model.name, environment)
    first = policy.steps[0]
    started = Rollout(
        scenario=model.name,
        environment=environment,
        number=(current.number if current else 0) + 1,
        version=model.version,
        sha256=model.sha256,
        base=champion.generation,
        state=_state(first.share),
        step=0,
        share=first.share,
        at=ports.core.clock(),
        by=start.by,
        reason=start.why,
    )
    ports.release.rollouts.write(started, start.approval)
    follow(ports, model.name, environment)
    return Outcome("waiting", _tell(ports, started, f"{start.why} {_doing(started)}"))


def serves(deployment: Deployment) -> str:
    """How a version that was released serves, in a sentence."""
    how = "serves by an override of its gate" if deployment.override else "passed its gate and serves"
    return f"{deployment.model_id} {how} as generation {deployment.generation}."


def _at_once(ports: ReleasePorts, policy: Policy, champion: Deployment | None) -> str:
    """Why there are no steps; empty when there are."""
    if champion is None:
        return "It is the first one, so there is nothing to compare it with."
    if not policy.steps:
        return "The setting ROLLOUT says at once."
    start = (ports.core.clock() - TRAFFIC).replace(second=0, microsecond=0)
    seen = ports.serving.health.since(champion.scenario, champion.environment, start)
    if not sum(one.requests for one in seen):
        return "Nobody asked in the last hour, so there are no requests to compare it by."
    return ""


def active_rollout(ports: ReleasePorts, scenario: str, environment: str) -> Rollout | None:
    """The rollout whose candidate is being tried, or None."""
    rollout = ports.release.rollouts.current(scenario, environment)
    champion = ports.release.deployments.current(scenario, environment)
    fits = rollout and champion and rollout.is_active and rollout.base == champion.generation
    return rollout if fits else None


def judge_rollouts(ports: ReleasePorts) -> list[Rollout]:
    """Judge every rollout that goes on: on, next step, full, or out. Returns those that changed."""
    changed = []
    for name in ports.core.scenarios:
        rollout = ports.release.rollouts.current(name, ports.release.policies.last(name))
        if rollout is None:
            continue
        try:
            after = _evaluated(ports, rollout)
        except Conflict as fault:
            # Somebody else decided at the same moment; the next sweep sees how it is then.
            ports.core.ledger.note("rollout", f"{rollout.model}/{rollout.environment}", "conflict", fault.reason)
            continue
        if after is not None:
            changed.append(after)
    return changed


def _evaluated(ports: ReleasePorts, rollout: Rollout) -> Rollout | None:
    champion = ports.release.deployments.current(rollout.scenario, rollout.environment)
    if champion is None:
        return None
    if rollout.state == "full" and rollout.base == champion.generation:
        # Whoever wrote this died before the pointer moved.
        _serve(ports, rollout)
        return rollout
    if not rollout.is_active:
        return None
    if rollout.base != champion.generation:
        return end_rollout(
            ports, rollout, "superseded", f"Generation {champion.generation} was put into service meanwhile."
        )
    return _judged(ports, rollout)


def _judged(ports: ReleasePorts, rollout: Rollout) -> Rollout | None:
    checks = health_checks(ports, rollout)
    failed = [check.reason for check in checks if check.verdict == "fail"]
    if failed:
        return roll_back_candidate(ports, rollout, by=BY_HEALTH, reason=" ".join(failed))
    waits = [check.reason for check in checks if check.verdict == "skip"]
    policy = ports.release.policies.of(rollout.scenario)
    minutes = policy.steps[min(rollout.step, len(policy.steps) - 1)].minutes if policy.steps else 0
    until = rollout.at + timedelta(minutes=minutes)
    if waits or ports.core.clock() < until:
        why = " ".join(waits) or f"Every rule is kept; the step lasts until {until:%H:%M:%S}."
        _tell(ports, rollout, f"{_doing(rollout)} {why}")
        return None
    return _advance(ports, rollout, policy)


def health_checks(ports: ReleasePorts, rollout: Rollout) -> list[Check]:
    """The verdict of each health rule on the candidate, since its step began."""
    seen = ports.serving.health.since(
        rollout.scenario, rollout.environment, rollout.at.replace(second=0, microsecond=0)
    )
    role = "shadow" if rollout.state == "shadow" else "canary"
    candidate = Totals.of(one for one in seen if one.role == role and one.version == rollout.version)
    champion = Totals.of(one for one in seen if one.role == "champion" and one.generation == rollout.base)
    return judge_health(rollout.model, candidate, champion, ports.release.policies.of(rollout.scenario).health)


def _advance(ports: ReleasePorts, rollout: Rollout, policy: Policy) -> Rollout:
    step = rollout.step + 1
    if step >= len(policy.steps):
        return finish_rollout(ports, rollout, by=BY_HEALTH, reason="Every step kept the health rules.")
    share = policy.steps[step].share
    moved = replace(
        rollout,
        number=rollout.number + 1,
        step=step,
        share=share,
        state=_state(share),
        at=ports.core.clock(),
        by=BY_HEALTH,
    )
    ports.release.rollouts.write(moved)
    follow(ports, moved.scenario, moved.environment)
    _tell(ports, moved, f"{_doing(moved)} Every rule was kept in the step before.")
    return moved


def finish_rollout(ports: ReleasePorts, rollout: Rollout, *, by: str, reason: str) -> Rollout:
    """End a rollout with its candidate in service; Conflict when somebody else ended it."""
    # First the decision, then the pointer: of two that decide differently only one moves it.
    full = end_rollout(ports, rollout, "full", reason, by=by)
    _serve(ports, full)
    return full


def roll_back_candidate(ports: ReleasePorts, rollout: Rollout, *, by: str, reason: str) -> Rollout:
    """End a rollout with its champion in service; Conflict when somebody else ended it."""
    out = end_rollout(ports, rollout, "rolled_back", reason, by=by)
    data = {"model": rollout.model, "environment": rollout.environment, "by": by, "reason": reason}
    announce(ports, "ModelRolledBack", f"rollouts/{rollout.scenario}/{rollout.environment}/{out.number}", data)
    return out


def _serve(ports: ReleasePorts, rollout: Rollout) -> None:
    model = ports.training.registry.find(rollout.scenario, rollout.version)
    if model is None or model.sha256 != rollout.sha256:
        raise Missing(f"{rollout.model} is not in the registry as it was rolled out.")
    put_in_service(ports, model, rollout.environment, by=rollout.by, reason=rollout.reason, expected=rollout.base)


def end_rollout(
    ports: ReleasePorts, rollout: Rollout, state: RolloutState, reason: str, *, by: str = BY_HEALTH
) -> Rollout:
    """Write how the rollout ended, and bring traffic to it; Conflict when somebody else wrote first."""
    changed = replace(
        rollout, number=rollout.number + 1, state=state, at=ports.core.clock(), by=by, reason=reason,
        share=100 if state == "full" else 0,
    )  # fmt: skip
    ports.release.rollouts.write(changed)
    if state != "full":
        # Of a full one the pointer is still to move: until then nothing changes for those who ask.
        follow(ports, changed.scenario, changed.environment)
    words = {"full": "is in full service", "rolled_back": "was rolled back", "superseded": "was given up"}
    _tell(ports, changed, f"{changed.model} {words[state]} in {changed.environment}: {reason}")
    return changed


def last_rollout_outcome(ports: ReleasePorts, model: Model, environment: str) -> Outcome | None:
    """How the version's last rollout stands, or None when there was none."""
    changes = [one for one in ports.release.rollouts.list(model.name) if one.environment == environment]
    mine = [one for one in changes if one.version == model.version]
    if not mine:
        return None
    last = mine[-1]
    if last.state == "rolled_back":
        return Outcome("refused", f"{model.id} was rolled back by {last.by}: {last.reason}")
    if last.state == "superseded" or (last.is_active and last != changes[-1]):
        return Outcome("superseded", f"The rollout of {model.id} was overtaken by another version.")
    if last.is_active:
        return Outcome("waiting", _doing(last))
    verdict = ports.release.deployments.verdict(model)
    passed = "passed its gate" if verdict is None or verdict.passed else "overrode its gate"
    return Outcome("done", f"{model.id} {passed} and went through every step of its rollout.")


def _state(share: int) -> RolloutState:
    return "canary" if share else "shadow"


def _doing(rollout: Rollout) -> str:
    if rollout.state == "shadow":
        return f"{rollout.model} answers in the shadow of generation {rollout.base}."
    return f"{rollout.model} answers {rollout.share} % beside generation {rollout.base}."


def _tell(ports: ReleasePorts, rollout: Rollout, reason: str) -> str:
    state = {"full": "done", "rolled_back": "refused", "superseded": "superseded"}.get(rollout.state, "waiting")
    ports.core.ledger.note("rollout", f"{rollout.model}/{rollout.environment}", state, reason)
    return reason
