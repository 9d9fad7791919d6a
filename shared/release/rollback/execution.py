"""A rollback is carried out: as things are now, or only when they are as a person was shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.errors import Conflict, Missing
from shared.release.pointer import put_in_service
from shared.release.rollback.plan import RollbackPlan, plan_rollback
from shared.release.rollouts import roll_back_candidate
from shared.serving.deployment import Deployment
from shared.training.stored_models import find_model

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


def roll_back(
    ports: ReleasePorts,
    scenario: str,
    *,
    by: str,
    reason: str,
    environment: str | None = None,
    generation: int | None = None,
) -> Deployment:
    """Take out the candidate of an active rollout; without one, make an earlier model the next generation.

    It goes back along the line of generations: Refused where nothing is left on it. `generation` is the one that was
    seen serving: Conflict when another serves.
    """
    return _carry_out(ports, plan_rollback(ports, scenario, environment, generation), by=by, reason=reason)


def roll_back_as_shown(ports: ReleasePorts, shown: RollbackPlan, *, by: str, reason: str) -> Deployment:
    """Do what a person was shown; Conflict when something else serves or is tried by now."""
    serving = shown.serving
    plan = plan_rollback(ports, serving.scenario, serving.environment, serving.generation)
    if _tried(plan) != _tried(shown):
        raise Conflict(
            f"What is tried beside generation {serving.generation} of {serving.scenario} has changed: "
            "look at it before you roll back."
        )
    return _carry_out(ports, plan, by=by, reason=reason)


def _tried(plan: RollbackPlan) -> str:
    return plan.candidate.sha256 if plan.candidate else ""


def _carry_out(ports: ReleasePorts, plan: RollbackPlan, *, by: str, reason: str) -> Deployment:
    serving, target = plan.serving, plan.target
    if plan.candidate is not None:
        roll_back_candidate(ports, plan.candidate, by=by, reason=reason)
        return target
    registered = find_model(ports, serving.scenario, target.version)
    model = registered.graph(target.sha256)
    if model is None:
        raise Missing(f"{registered.id} is not in the registry as it served.")
    where, expected = serving.environment, serving.generation
    return put_in_service(ports, model, where, by=by, reason=reason, expected=expected, restored=target)
