"""A rollback is carried out: as things are now, or only when they are as a person saw them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.errors import Missing
from shared.release.pointer import put_in_service
from shared.release.rollback.plan import ANYTHING, Seen, plan_rollback
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
    seen: Seen = ANYTHING,
) -> Deployment:
    """Take out the candidate of an active rollout; without one, make an earlier model the next generation.

    It goes back along the line of generations: Refused where nothing is left on it. Conflict when things are no longer
    as they were seen.
    """
    plan = plan_rollback(ports, scenario, environment, seen)
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
