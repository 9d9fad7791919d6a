"""What a rollback does, told before it is done: where it goes, or which candidate it takes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.core.errors import Conflict, Missing, Refused
from shared.serving.deployment import Deployment
from shared.serving.generation_line import rollback_target, taken_out
from shared.serving.rollout import Rollout

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody saw before they asked: the generation that served, and the version tried beside it (0: none).

    None: it does not matter.
    """

    generation: int | None = None
    candidate: int | None = None


ANYTHING = Seen()


@dataclass(frozen=True, slots=True)
class RollbackPlan:
    """`candidate` of an active rollout goes, and `target`, which serves, stays; without one, `target` serves again.

    `undone` is what a rollback took out to put there what serves now; None when no rollback did.
    """

    serving: Deployment
    candidate: Rollout | None
    target: Deployment
    undone: Deployment | None

    @property
    def seen(self) -> Seen:
        """What serves and what is tried beside it."""
        return Seen(self.serving.generation, self.candidate.version if self.candidate else 0)

    @property
    def question(self) -> str:
        """What a person says yes to."""
        name, now = self.serving.scenario, f"version {self.serving.version} (generation {self.serving.generation})"
        if self.candidate is not None:
            return f"Take version {self.candidate.version} of {name} out, which is tried beside {now}?"
        return f"Take {name} from {now} back to version {self.target.version}?"

    @property
    def note(self) -> str:
        """That what serves is there by a rollback itself; empty when it is not."""
        if self.undone is None:
            return ""
        number, at = self.serving.generation, f"{self.serving.at:%Y-%m-%d %H:%M} UTC"
        return f"Generation {number} was itself a rollback from version {self.undone.version} at {at}."


def plan_rollback(
    ports: ReleasePorts, scenario: str, environment: str | None = None, seen: Seen = ANYTHING
) -> RollbackPlan:
    """The plan as things are now.

    Missing or Refused when there is nothing to go back to, Conflict when things are no longer as they were seen.
    """
    where = environment or ports.release.policies.last(scenario)
    history = ports.release.deployments.list(scenario, where)
    if history and seen.generation not in (None, history[-1].generation):
        raise Conflict(
            f"Generation {seen.generation} of {scenario} no longer serves, generation {history[-1].generation} does: "
            "look at it before you roll back."
        )
    newest = ports.release.rollouts.current(scenario, where)
    if history and seen.candidate not in (None, _tried(history[-1], newest)):
        raise Conflict(
            f"What is tried beside generation {history[-1].generation} of {scenario} has changed: "
            "look at it before you roll back."
        )
    return plan_of(scenario, history, newest)


def _tried(serving: Deployment, newest: Rollout | None) -> int:
    candidate = _candidate(serving, newest)
    return candidate.version if candidate else 0


def _candidate(serving: Deployment, newest: Rollout | None) -> Rollout | None:
    """The candidate that answers beside what serves, by the newest change of a rollout; None without one."""
    return newest if newest and newest.is_active and newest.base == serving.generation else None


def plan_of(scenario: str, history: Sequence[Deployment], newest: Rollout | None) -> RollbackPlan:
    """The plan of all generations in an environment, oldest first, and the newest change of a rollout there."""
    if not history:
        raise Missing(f"Nothing is deployed for {scenario}; there is nothing to roll back.")
    serving = history[-1]
    candidate = _candidate(serving, newest)
    target = serving if candidate else rollback_target(history)
    if target is None:
        raise Refused(_nothing_left(serving, sorted(taken_out(history))))
    return RollbackPlan(serving, candidate, target, history[-2] if serving.restores else None)


def _nothing_left(serving: Deployment, out: Sequence[int]) -> str:
    if not out:
        return f"{serving.scenario} has only ever served {serving.model_id}."
    name, *earlier, last = serving.scenario, *map(str, out)
    told = f"version {last} was taken out by a rollback; to serve it again: mlops promote {name} {last}."
    if earlier:
        versions = f"versions {', '.join(earlier)} and {last} were taken out by rollbacks"
        told = f"{versions}; to serve one of them again: mlops promote {name} VERSION."
    return f"{serving.model_id} serves, and nothing before it is left to go back to: {told}"
