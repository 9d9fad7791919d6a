"""The end of a lost trial: a version that late labels show to be worse than the one it replaced is rolled back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.errors import Conflict, Refused
from shared.core.ledger import Kind, State
from shared.release.aftercare.post_rollout_watch import WatchedGeneration, roll_back_generation, watched_generation
from shared.serving.deployment import Deployment
from shared.serving.rollout import Rollout

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts

BY_TRIAL = "trial"


def trial_key(deployment: Deployment) -> str:
    """The ledger key of the trial of a generation; `refused` there means that it was lost."""
    return f"{deployment.model_id}/{deployment.environment}#{deployment.generation}"


def replaced_champion(ports: ReleasePorts, current: Deployment) -> Deployment | None:
    """The generation before a version that had never served; None where a version came back, or none served before."""
    generations = ports.release.deployments.list(current.scenario, current.environment)
    before = [one for one in generations if one.generation < current.generation]
    if not before or current.version in {one.version for one in before}:
        return None
    return before[-1]


def roll_back_lost_trials(ports: ReleasePorts) -> list[Rollout]:
    """Put back the champion of every generation that has lost its trial; returns the changes."""
    return [change for name in ports.core.scenarios for change in _roll_back(ports, name)]


def _roll_back(ports: ReleasePorts, scenario: str) -> list[Rollout]:
    current = ports.release.deployments.current(scenario, ports.release.policies.last(scenario))
    champion = replaced_champion(ports, current) if current else None
    if current is None or champion is None:
        return []
    entry = ports.core.history.find(Kind.TRIAL, trial_key(current))
    if entry is None or entry.state != State.REFUSED:
        return []
    watched = watched_generation(ports, scenario) or _as_watched(current, champion)
    try:
        return roll_back_generation(ports, watched, entry.reason, by=BY_TRIAL)
    except (Conflict, Refused) as fault:
        # Another process decided first, or the model lacks its signature: the next sweep sees what is so then.
        ports.core.ledger.note(Kind.AFTERCARE, trial_key(current), fault.state, fault.reason)
        return []


def _as_watched(current: Deployment, champion: Deployment) -> WatchedGeneration:
    """A generation that went to full service at once, as if by a rollout of one step over its champion."""
    rollout = Rollout(
        scenario=current.scenario,
        environment=current.environment,
        number=0,
        version=current.version,
        sha256=current.sha256,
        base=champion.generation,
        state="full",
        step=0,
        share=100,
        at=current.at,
        by=current.by,
        reason=current.reason,
    )
    return WatchedGeneration(rollout, current, current.at)
