"""The sweep of releases: models nobody has judged, decisions, rollouts, and endpoints that are behind."""

from __future__ import annotations

from collections.abc import Iterator

from shared.domain.records import Model
from shared.ports import Ports
from shared.workflows.aftercare import watch_full
from shared.workflows.announce import relay
from shared.workflows.approvals import sweep_approvals
from shared.workflows.converge import follow
from shared.workflows.messages import model_message
from shared.workflows.rollout import evaluate


def sweep_releases(ports: Ports) -> list[str]:
    """Messages for every model whose release goes on; endpoints follow, rollouts are judged, notices are delivered.

    Whoever calls this needs the right to deploy where requests are served.
    """
    stuck = [entry for entry in ports.history.stuck(ports.clock()) if entry.kind == "model"]
    seen = {entry.key for entry in stuck}
    messages = [entry.message for entry in stuck]
    messages.extend(model_message(model.name, model.version) for model in _unjudged(ports) if model.id not in seen)
    messages.extend(one for one in _going_on(ports) if one not in messages)
    relay(ports)
    return messages


def _unjudged(ports: Ports) -> Iterator[Model]:
    for model in ports.registry.list():
        if model.name in ports.scenarios and ports.history.find("model", model.id) is None:
            yield model


def _going_on(ports: Ports) -> list[str]:
    """Releases that go on or end: by a decision, by the time, or by the health of a candidate."""
    for name in ports.scenarios:
        for environment in ports.policies.of(name).environments:
            follow(ports, name, environment)
    ended = [*(one for one in evaluate(ports) if not one.going_on), *watch_full(ports)]
    return [*sweep_approvals(ports), *(model_message(one.scenario, one.version) for one in ended)]
