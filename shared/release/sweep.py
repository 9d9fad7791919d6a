"""The sweep of releases: models to judge, or to judge again, decisions, rollouts, and endpoints that are behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shared.core.ledger import Kind, State
from shared.core.messages import model_message
from shared.release.aftercare.lost_trials import roll_back_lost_trials
from shared.release.aftercare.post_rollout_watch import judge_watched_generations
from shared.release.approvals import sweep_approvals
from shared.release.endpoint_reconciliation import apply_traffic
from shared.release.looks import due_look, look_key
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
    return list(dict.fromkeys([*messages, *_grown(ports), *_continued(ports)]))


def _without_verdict(ports: ReleasePorts) -> Iterator[Model]:
    for model in ports.training.registry.list():
        if model.name in ports.core.scenarios and ports.core.history.find(Kind.MODEL, model.id) is None:
            yield model


def _grown(ports: ReleasePorts) -> Iterator[str]:
    """Messages for undecided challengers whose judging rows may have grown; nobody else works on them."""
    for name in ports.core.scenarios:
        if (due := due_look(ports, name)) is None:
            continue
        entry = ports.core.history.find(Kind.MODEL, look_key(*due))
        if entry is None or entry.state == State.WAITING:
            yield model_message(name, due[0].version)


def _continued(ports: ReleasePorts) -> list[str]:
    """Messages for releases that continue or end: by a decision, by time, or by the health of a candidate."""
    for name in ports.core.scenarios:
        for environment in ports.release.policies.of(name).environments:
            apply_traffic(ports, name, environment)
    ended = [rollout for rollout in judge_rollouts(ports) if not rollout.is_active]
    ended += judge_watched_generations(ports)
    ended += roll_back_lost_trials(ports)
    return [*sweep_approvals(ports), *(model_message(rollout.scenario, rollout.version) for rollout in ended)]
