"""The sweep of releases: models without a verdict, decisions, rollouts, and endpoints that are behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shared.core.ledger import Kind
from shared.core.messages import model_message
from shared.release.approvals import sweep_approvals
from shared.release.endpoint_reconciliation import apply_traffic
from shared.release.post_rollout_watch import judge_watched_generations
from shared.release.rollouts import judge_rollouts
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


def sweep_releases(ports: ReleasePorts) -> list[str]:
    """Messages for every model whose release continues; reconciles endpoints and judges rollouts.

    The caller needs the right to deploy where requests are served.
    """
    stuck = [entry for entry in ports.core.history.stuck(ports.core.clock()) if entry.kind == Kind.MODEL]
    stuck_models = {entry.key for entry in stuck}
    messages = [entry.message for entry in stuck]
    messages += [
        model_message(model.name, model.version) for model in _without_verdict(ports) if model.id not in stuck_models
    ]
    return list(dict.fromkeys([*messages, *_continued(ports)]))


def _without_verdict(ports: ReleasePorts) -> Iterator[Model]:
    for model in ports.training.registry.list():
        if model.name in ports.core.scenarios and ports.core.history.find(Kind.MODEL, model.id) is None:
            yield model


def _continued(ports: ReleasePorts) -> list[str]:
    """Messages for releases that continue or end: by a decision, by time, or by the health of a candidate."""
    for name in ports.core.scenarios:
        for environment in ports.release.policies.of(name).environments:
            apply_traffic(ports, name, environment)
    ended = [rollout for rollout in judge_rollouts(ports) if not rollout.is_active]
    ended += judge_watched_generations(ports)
    return [*sweep_approvals(ports), *(model_message(rollout.scenario, rollout.version) for rollout in ended)]
