"""The watch after a rollout: errors and latency in full service are judged by the replaced champion's last figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.core.errors import Conflict, Missing, Refused
from shared.core.ledger import Kind, State
from shared.core.notices import announce
from shared.release.health_rules import Totals, judge_health
from shared.release.pointer import put_in_service
from shared.release.rollouts import BY_HEALTH, active_rollout, end_rollout
from shared.release.verdict import Check
from shared.serving.deployment import Deployment
from shared.serving.rollout import Rollout
from shared.training.stored_models import find_graph

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


# The answers of other times of day may differ; errors and latency may not.
RULES = ("errors", "latency")
# The champion's last figures are those of this long before it was replaced.
LAST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class WatchedGeneration:
    """A generation that came out of a rollout, the change that put it into service, and until when it is judged."""

    rollout: Rollout
    deployment: Deployment
    until: datetime


def watched_generation(ports: ReleasePorts, scenario: str) -> WatchedGeneration | None:
    """The current generation, when a rollout put it into service; None otherwise."""
    current = ports.release.deployments.current(scenario, ports.release.policies.last(scenario))
    if current is None:
        return None
    changes = [change for change in ports.release.rollouts.list(scenario) if _led_to(change, current)]
    if not changes:
        return None
    minutes = ports.release.policies.of(scenario).health.after_minutes
    return WatchedGeneration(changes[-1], current, current.at + timedelta(minutes=minutes))


def _led_to(rollout: Rollout, deployment: Deployment) -> bool:
    """Whether the change put that generation into service, or rolled it back after it had served."""
    promised = (rollout.environment, rollout.base + 1, rollout.sha256)
    same = promised == (deployment.environment, deployment.generation, deployment.sha256)
    # A candidate that was rolled back while it was tried never became a generation.
    return same and (rollout.state == "full" or (rollout.state == "rolled_back" and rollout.at >= deployment.at))


def watch_checks(ports: ReleasePorts, watched: WatchedGeneration) -> list[Check]:
    """The verdicts on errors and latency since the generation serves, by the last figures of its champion."""
    rules, current = ports.release.policies.of(watched.deployment.scenario).health, watched.deployment
    start = (current.at - LAST).replace(second=0, microsecond=0)
    counts = [
        count
        for count in ports.serving.health.since(current.scenario, current.environment, start)
        if count.role == "champion"
    ]
    now = Totals.of(count for count in counts if count.generation == current.generation)
    before = Totals.of(count for count in counts if count.generation == watched.rollout.base)
    if before.requests:
        # A rollback to a model that fails as often would gain nothing.
        rules = replace(rules, error_share=max(rules.error_share, before.errors / before.requests))
    return [check for check in judge_health(watched.rollout.model, now, before, rules) if check.name in RULES]


def judge_watched_generations(ports: ReleasePorts) -> list[Rollout]:
    """Judge every generation that a rollout has put into service; returns the changes of those rolled back."""
    found = [watched for name in ports.core.scenarios if (watched := watched_generation(ports, name)) is not None]
    return [change for watched in found for change in _judge(ports, watched)]


def _judge(ports: ReleasePorts, watched: WatchedGeneration) -> list[Rollout]:
    try:
        if watched.rollout.state == "rolled_back":
            # The process that decided died before it moved the pointer.
            return [_restore_champion(ports, watched, watched.rollout)]
        return _judge_by_rules(ports, watched)
    except (Conflict, Refused) as fault:
        # Another process decided first, or the model lacks its signature: the next sweep sees what is so then.
        ports.core.ledger.note(Kind.AFTERCARE, _ledger_key(watched), fault.state, fault.reason)
        return []


def _judge_by_rules(ports: ReleasePorts, watched: WatchedGeneration) -> list[Rollout]:
    entry = ports.core.history.find(Kind.AFTERCARE, _ledger_key(watched))
    if watched.until <= watched.deployment.at or (entry is not None and entry.state == State.DONE):
        return []
    checks = watch_checks(ports, watched)
    failed = [check.reason for check in checks if check.verdict == "fail"]
    if failed:
        return roll_back_generation(ports, watched, f"After it reached full service: {' '.join(failed)}")
    over = ports.core.clock() >= watched.until
    state = State.DONE if over else State.WAITING
    ports.core.ledger.note(Kind.AFTERCARE, _ledger_key(watched), state, _describe(watched, checks, over=over))
    return []


def roll_back_generation(
    ports: ReleasePorts, watched: WatchedGeneration, reason: str, *, by: str = BY_HEALTH
) -> list[Rollout]:
    """Write the rollback, then move the pointer; a rollout that was active beside the generation ends with it."""
    current = watched.deployment
    active = active_rollout(ports, current.scenario, current.environment)
    why = f"It was tried beside {watched.rollout.model}, which was rolled back."
    ended = [end_rollout(ports, active, "superseded", why)] if active else []
    newest = ports.release.rollouts.current(current.scenario, current.environment) or watched.rollout
    change = end_rollout(ports, replace(watched.rollout, number=newest.number), "rolled_back", reason, by=by)
    return [*ended, _restore_champion(ports, watched, change)]


def _describe(watched: WatchedGeneration, checks: Sequence[Check], *, over: bool) -> str:
    model, until = watched.rollout.model, f"{watched.until:%Y-%m-%d %H:%M} UTC"
    if not over:
        return f"{model} is in full service; its errors and latency are judged until {until}."
    missing = " ".join(check.reason for check in checks if check.verdict == "skip")
    if missing:
        return f"{model} had too few requests to be judged until {until}: {missing}"
    return f"{model} kept its rules until {until}: {' '.join(check.reason for check in checks)}"


def _restore_champion(ports: ReleasePorts, watched: WatchedGeneration, change: Rollout) -> Rollout:
    """Put the champion that was replaced back into service."""
    current = watched.deployment
    generations = ports.release.deployments.list(current.scenario, current.environment)
    (champion,) = [generation for generation in generations if generation.generation == watched.rollout.base]
    model = find_graph(ports, champion.model, champion.version, champion.sha256)
    if model is None:
        raise Missing(f"{champion.model_id} is not in the registry as it served.")
    # First the notice: it is decided, and who dies before the pointer moves comes here again.
    data = {"model": change.model, "environment": current.environment, "by": change.by, "reason": change.reason}
    announce(ports, "ModelRolledBack", f"rollouts/{current.scenario}/{current.environment}/{change.number}", data)
    put_in_service(
        ports,
        model,
        current.environment,
        by=change.by,
        reason=change.reason,
        expected=current.generation,
        restored=champion,
    )
    ports.core.ledger.note(Kind.AFTERCARE, _ledger_key(watched), State.REFUSED, change.reason)
    return change


def rollback_reason(ports: ReleasePorts, deployment: Deployment) -> str:
    """Why the health rules rolled that generation back after it served; empty when they did not."""
    for change in ports.release.rollouts.list(deployment.scenario):
        if change.state == "rolled_back" and _led_to(change, deployment):
            return change.reason
    return ""


def _ledger_key(watched: WatchedGeneration) -> str:
    return f"{watched.rollout.model}/{watched.deployment.environment}#{watched.deployment.generation}"
