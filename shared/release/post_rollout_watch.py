"""After a candidate reached full service nobody answers beside it: it is judged by what its champion did before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.core.errors import Conflict, Missing
from shared.release.health_rules import Totals, judge_health
from shared.release.pointer import put_in_service
from shared.release.rollouts import BY_HEALTH, active_rollout, end_rollout
from shared.release.verdict import Check
from shared.serving.deployment import Deployment
from shared.serving.rollout import Rollout

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


# The answers of other times of day may differ; errors and latency may not.
RULES = ("errors", "latency")
# A champion's last figures are those of so long before it was replaced.
LAST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Watched:
    """A generation that came out of a rollout, the change that put it into service, and until when it is judged."""

    rollout: Rollout
    deployment: Deployment
    until: datetime


def watched(ports: ReleasePorts, scenario: str) -> Watched | None:
    """The generation that serves, when a rollout put it there; None otherwise."""
    current = ports.release.deployments.current(scenario, ports.release.policies.last(scenario))
    mine = [] if current is None else [one for one in ports.release.rollouts.list(scenario) if _brought(one, current)]
    if current is None or not mine:
        return None
    minutes = ports.release.policies.of(scenario).health.after_minutes
    return Watched(mine[-1], current, current.at + timedelta(minutes=minutes))


def _brought(rollout: Rollout, current: Deployment) -> bool:
    made = (rollout.environment, rollout.base + 1, rollout.sha256)
    same = made == (current.environment, current.generation, current.sha256)
    # Taken back after it served, not taken out while it was tried.
    return same and (rollout.state == "full" or (rollout.state == "rolled_back" and rollout.at >= current.at))


def after(ports: ReleasePorts, seen: Watched) -> list[Check]:
    """The verdicts on errors and latency since it serves, by the last figures of the champion it replaced."""
    rules, current = ports.release.policies.of(seen.deployment.scenario).health, seen.deployment
    counted = ports.serving.health.since(current.scenario, current.environment, _minute(current.at - LAST))
    mine = Totals.of(one for one in counted if one.role == "champion" and one.generation == current.generation)
    before = Totals.of(one for one in counted if one.role == "champion" and one.generation == seen.rollout.base)
    if before.requests:
        # Nobody is rolled back to a model that fails as often.
        rules = replace(rules, error_share=max(rules.error_share, before.errors / before.requests))
    return [check for check in judge_health(seen.rollout.model, mine, before, rules) if check.name in RULES]


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def watch_full(ports: ReleasePorts) -> list[Rollout]:
    """Judge every generation that a rollout has just put into service; returns the changes of those it took back."""
    found = [seen for name in ports.core.scenarios if (seen := watched(ports, name)) is not None]
    return [changed for seen in found for changed in _judged(ports, seen)]


def _judged(ports: ReleasePorts, seen: Watched) -> list[Rollout]:
    try:
        if seen.rollout.state == "rolled_back":
            # Whoever decided died before the pointer moved.
            return [_served_before(ports, seen, seen.rollout)]
        return _ruled(ports, seen)
    except Conflict as fault:
        # Somebody else decided at the same moment; the next sweep sees how it is then.
        ports.core.ledger.note("aftercare", _key(seen), "conflict", fault.reason)
        return []


def _ruled(ports: ReleasePorts, seen: Watched) -> list[Rollout]:
    entry = ports.core.history.find("aftercare", _key(seen))
    if seen.until <= seen.deployment.at or (entry is not None and entry.state == "done"):
        return []
    checks = after(ports, seen)
    failed = [check.reason for check in checks if check.verdict == "fail"]
    if failed:
        return _taken(ports, seen, f"After it reached full service: {' '.join(failed)}")
    over = ports.core.clock() >= seen.until
    ports.core.ledger.note("aftercare", _key(seen), "done" if over else "waiting", _told(seen, checks, over=over))
    return []


def _taken(ports: ReleasePorts, seen: Watched, reason: str) -> list[Rollout]:
    """Decide that it is taken back, then move the pointer. What was being tried beside it is over with that."""
    current = seen.deployment
    trial = active_rollout(ports, current.scenario, current.environment)
    why = f"{seen.rollout.model}, beside which it was tried, was rolled back."
    ended = [end_rollout(ports, trial, "superseded", why)] if trial else []
    newest = ports.release.rollouts.current(current.scenario, current.environment) or seen.rollout
    changed = end_rollout(ports, replace(seen.rollout, number=newest.number), "rolled_back", reason)
    return [*ended, _served_before(ports, seen, changed)]


def _told(seen: Watched, checks: Sequence[Check], *, over: bool) -> str:
    model, until = seen.rollout.model, f"{seen.until:%Y-%m-%d %H:%M} UTC"
    if not over:
        return f"{model} is in full service; its errors and latency are judged until {until}."
    missing = " ".join(check.reason for check in checks if check.verdict == "skip")
    if missing:
        return f"{model} was not judged to the end until {until}, because nobody asked enough: {missing}"
    return f"{model} kept its rules until {until}: {' '.join(check.reason for check in checks)}"


def _served_before(ports: ReleasePorts, seen: Watched, changed: Rollout) -> Rollout:
    """Put the champion that was replaced back into service."""
    current = seen.deployment
    (before,) = [
        one
        for one in ports.release.deployments.list(current.scenario, current.environment)
        if one.generation == seen.rollout.base
    ]
    model = ports.training.registry.find(before.model, before.version)
    if model is None or model.sha256 != before.sha256:
        raise Missing(f"{before.model}:{before.version} is not in the registry as it served.")
    put_in_service(ports, model, current.environment, by=BY_HEALTH, reason=changed.reason, expected=current.generation)
    ports.core.ledger.note("aftercare", _key(seen), "refused", changed.reason)
    return changed


def taken_back(ports: ReleasePorts, deployment: Deployment) -> str:
    """Why the health rules took that generation back after it served; empty when they did not."""
    for one in ports.release.rollouts.list(deployment.scenario):
        if one.state == "rolled_back" and _brought(one, deployment):
            return one.reason
    return ""


def _key(seen: Watched) -> str:
    return f"{seen.rollout.model}/{seen.deployment.environment}#{seen.deployment.generation}"
