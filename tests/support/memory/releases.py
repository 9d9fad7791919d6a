"""Deployments, approvals, looks, rollouts and health in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from memory.store import InMemory, Memory, atomic
from shared.core.errors import Conflict, Missing
from shared.release.approval import Approval, standing_request
from shared.release.look import Look
from shared.release.verdict import Verdict
from shared.serving.deployment import PRODUCTION, Deployment
from shared.serving.health import Health
from shared.serving.rollout import Rollout
from shared.training.model import Model

_BOUND = ("scenario", "version", "sha256", "environment", "certificate", "override")


class MemoryDeployments(InMemory):
    """Port `Deployments`: gap-free generations."""

    def __init__(self, memory: Memory, last: Callable[[str], str] = lambda _: PRODUCTION) -> None:
        super().__init__(memory)
        self._last = last

    @atomic
    def current(self, scenario: str, environment: str | None = None) -> Deployment | None:
        """The newest generation in the environment, or None."""
        return self._memory.rows["deployed"].get((scenario, environment or self._last(scenario)))

    @atomic
    def promote(self, deployment: Deployment, approval: str = "") -> Deployment:
        """Write generation n when n - 1 is current, and use the approval up."""
        current = self.current(deployment.scenario, deployment.environment)
        if deployment.generation != (current.generation if current else 0) + 1:
            raise Conflict(_conflict(deployment, current))
        use_approval(self._memory, approval)
        self._memory.rows["deployed"][deployment.scenario, deployment.environment] = deployment
        self._memory.rows["deployment"][next(self._memory.numbers)] = deployment
        return deployment

    @atomic
    def list(self, scenario: str | None = None, environment: str | None = None) -> Sequence[Deployment]:
        """All generations in the environment, oldest first; "*": in all of them."""
        found = [one for one in self._memory.rows["deployment"].values() if scenario in {None, one.scenario}]
        if environment != "*":
            found = [one for one in found if one.environment == (environment or self._last(one.scenario))]
        if scenario is None:
            return sorted(found, key=lambda one: (one.at, one.scenario, one.environment, one.generation))
        return sorted(found, key=lambda one: (one.generation, one.at))

    @atomic
    def certify(self, model: Model, verdict: Verdict) -> None:
        """Keep the verdict; a later judgement replaces it, another changes nothing."""
        if verdict.sha256 != model.sha256:
            raise Conflict(f"The verdict judged sha256 {verdict.sha256}, {model.id} has {model.sha256}.")
        standing = self.verdict(model)
        if standing is None or _order(verdict) > _order(standing):
            self._memory.rows["verdict"][model.name, model.version, model.sha256] = verdict

    @atomic
    def verdict(self, model: Model) -> Verdict | None:
        """The verdict of that version, or None. Nobody can alter it here."""
        return self._memory.rows["verdict"].get((model.name, model.version, model.sha256))


def _order(verdict: Verdict) -> tuple[int, int]:
    return (-1 if verdict.generation is None else verdict.generation, verdict.number)


def _conflict(wanted: Deployment, current: Deployment | None) -> str:
    now = "nothing is deployed"
    if current is not None:
        now = f"generation {current.generation} ({current.model_id}) is current"
    return f"Generation {wanted.generation} of {wanted.scenario} cannot be written: {now}."


class MemoryApprovals(InMemory):
    """Port `Approvals`: decided once, used once."""

    @atomic
    def request(self, approval: Approval, *, once: bool = False) -> Approval:
        """Keep it; while one for the same is undecided or unused, that; `once`: else the last one there was."""
        bound = [getattr(approval, name) for name in _BOUND]
        same = [one for one in self.list(approval.scenario) if [getattr(one, name) for name in _BOUND] == bound]
        found = standing_request(same, once=once)
        return found or self._memory.rows["approval"].setdefault(approval.id, approval)

    @atomic
    def find(self, approval_id: str) -> Approval | None:
        """The request, or None."""
        return self._memory.rows["approval"].get(approval_id)

    @atomic
    def list(self, scenario: str | None = None) -> Sequence[Approval]:
        """All requests, oldest first."""
        found = [one for one in self._memory.rows["approval"].values() if scenario in {None, one.scenario}]
        return sorted(found, key=lambda one: (one.requested_at, one.id))

    @atomic
    def decide(self, decided: Approval) -> Approval:
        """Close an open request; returns the decision that stands."""
        one = self._memory.rows["approval"].get(decided.id)
        if one is None:
            raise Missing(f"There is no request for approval {decided.id}.")
        if one.state != "open":
            return one
        names = ("state", "decided_by", "decided_at", "reason")
        closed = replace(one, **{name: getattr(decided, name) for name in names})
        self._memory.rows["approval"][one.id] = closed
        return closed


def use_approval(memory: Memory, approval_id: str) -> None:
    """Use an approved request up as part of the caller's step; Conflict when it is not approved or was used."""
    if not approval_id:
        return
    one = memory.rows["approval"].get(approval_id)
    if one is None or one.state != "approved":
        raise Conflict(f"Approval {approval_id} is {one.state if one else 'not there'}; it is used once.")
    memory.rows["approval"][approval_id] = replace(one, state="used")


class MemoryLooks(InMemory):
    """Port `Looks`: numbered without gaps per generation."""

    @atomic
    def take(self, look: Look, most: int) -> Look | None:
        """The look of that judgement, else the next; None after the `most`-th."""
        taken = self.list(look.scenario, look.generation)
        same = [one for one in taken if (one.version, one.judgement) == (look.version, look.judgement)]
        if same or len(taken) >= most:
            return same[0] if same else None
        numbered = replace(look, number=len(taken) + 1)
        self._memory.rows["look"][look.scenario, look.generation, numbered.number] = numbered
        return numbered

    @atomic
    def list(self, scenario: str, generation: int) -> Sequence[Look]:
        """The looks that were taken, in order."""
        looks = self._memory.rows["look"].items()
        return [one for key, one in looks if key[:2] == (scenario, generation)]


class MemoryRollouts(InMemory):
    """Port `Rollouts`: gap-free changes."""

    @atomic
    def current(self, scenario: str, environment: str) -> Rollout | None:
        """The newest change, or None."""
        return self._memory.rows["rolled"].get((scenario, environment))

    @atomic
    def write(self, rollout: Rollout, approval: str = "") -> Rollout:
        """Write change n when n - 1 is current, and use the approval up."""
        current = self.current(rollout.scenario, rollout.environment)
        if rollout.number != (current.number if current else 0) + 1:
            now = f"{current.model} is {current.state} ({current.reason})" if current else "there is none"
            raise Conflict(f"The rollout of {rollout.model} in {rollout.environment} has changed: {now}")
        use_approval(self._memory, approval)
        self._memory.rows["rolled"][rollout.scenario, rollout.environment] = rollout
        self._memory.rows["rollout"][next(self._memory.numbers)] = rollout
        return rollout

    @atomic
    def list(self, scenario: str | None = None) -> Sequence[Rollout]:
        """All changes, oldest first."""
        found: Iterable[Rollout] = self._memory.rows["rollout"].values()
        found = [one for one in found if scenario in {None, one.scenario}]
        return sorted(found, key=lambda one: (one.at, one.scenario, one.environment, one.number))


class MemoryHealth(InMemory):
    """Port `HealthStore`."""

    @atomic
    def keep(self, health: Sequence[Health]) -> None:
        """Store each; the same process and minute replaces its earlier counts."""
        for one in health:
            key = (one.scenario, one.environment, one.generation, one.version, one.role, one.minute, one.instance)
            self._memory.rows["health"][key] = one

    @atomic
    def since(self, scenario: str, environment: str, start: datetime) -> Sequence[Health]:
        """The counts of the minutes that begin at `start` or later."""
        kept = self._memory.rows["health"].values()
        return [
            one for one in kept if (one.scenario, one.environment) == (scenario, environment) and one.minute >= start
        ]
