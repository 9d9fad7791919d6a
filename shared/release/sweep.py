"""The sweep of releases: models nobody has judged, decisions, rollouts, and endpoints that are behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shared.core.messages import model_message
from shared.release.approvals import sweep_approvals
from shared.release.endpoint_reconciliation import follow
from shared.release.post_rollout_watch import watch_full
from shared.release.rollouts import judge_rollouts
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


def sweep_releases(ports: ReleasePorts) -> list[str]:
    """Messages for every model whose release goes on; endpoints follow and rollouts are judged.

    Whoever calls this needs the right to deploy where requests are served.
    """
    stuck = [entry for entry in ports.core.history.stuck(ports.core.clock()) if entry.kind == "model"]
    seen = {entry.key for entry in stuck}
    messages = [entry.message for entry in stuck]
    messages.extend(model_message(model.name, model.version) for model in _unjudged(ports) if model.id not in seen)
    messages.extend(one for one in _going_on(ports) if one not in messages)
    return messages


def _unjudged(ports: ReleasePorts) -> Iterator[Model]:
    for model in ports.training.registry.list():
        if model.name in ports.core.scenarios and ports.core.history.find("model", model.id) is None:
            yield model


def _going_on(ports: ReleasePorts) -> list[str]:
    """Releases that go on or end: by a decision, by the time, or by the health of a candidate."""
    for name in ports.core.scenarios:
        for environment in ports.release.policies.of(name).environments:
            follow(ports, name, environment)
    ended = [*(one for one in judge_rollouts(ports) if not one.is_active), *watch_full(ports)]
    return [*sweep_approvals(ports), *(model_message(one.scenario, one.version) for one in ended)]
