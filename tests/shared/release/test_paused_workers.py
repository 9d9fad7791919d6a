"""A worker pauses between a look at the state and what it does by it; another one has done it all meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ports_with import ports_with
from releases import asking_world, drop, go_on, waiting
from world import World

from shared.core.events import ModelRegistered
from shared.ports import Ports
from shared.release.approvals import decide
from shared.release.model_release import deploy

EVENT = ModelRegistered("rival", "", "points", "1")


class Pausing:
    """A port of a worker that pauses once, after that look; `meanwhile` is what another one does."""

    def __init__(self, port: Any, look: tuple[str, str], meanwhile: Callable[[], object]) -> None:
        self._port = port
        self._look = look
        self._meanwhile = [meanwhile]

    def __getattr__(self, name: str) -> Any:
        """The method; it answers what was so before the pause."""
        method = getattr(self._port, name)

        def looked(*args: Any, **kwargs: Any) -> Any:
            seen = method(*args, **kwargs)
            if name == self._look[0] and self._look[1] in args and self._meanwhile:
                self._meanwhile.pop()()
            return seen

        return looked


def pausing(world: World, port: str, look: tuple[str, str], meanwhile: Callable[[Ports], object]) -> World:
    """The world, whose next worker pauses after that look through a port of the releases."""
    alone = world.ports
    late = Pausing(getattr(alone.release, port), look, lambda: meanwhile(alone))
    world.ports = world.trainer.ports = ports_with(alone, **{f"release__{port}": late})
    return world


def go_on_alone(ports: Ports) -> None:
    """What another worker does."""
    deploy(ports, EVENT)


def approve(ports: Ports) -> None:
    """What a person does with the one open request."""
    (request,) = [one for one in ports.release.approvals.list() if one.state == "open"]
    decide(ports, request.id, "approve", by="ada", reason="looks right")


def ask_and_finish(ports: Ports) -> None:
    """Another worker asks for approval, a person approves, and the release is brought to its end."""
    deploy(ports, EVENT)
    approve(ports)
    deploy(ports, EVENT)


def check_once(world: World) -> None:
    """Everything has happened once."""
    listed = world.ports.release.deployments.list("points", "*")
    assert sorted((one.environment, one.generation) for one in listed) == [("preprod", 1), ("prod", 1)]
    assert [one.state for one in world.ports.release.approvals.list()] == ["used"]


def test_nothing_is_deployed_twice(tmp_path: Path) -> None:
    """The late worker finds the version in service, and its work is done."""
    world = pausing(asking_world(tmp_path), "deployments", ("current", "preprod"), go_on_alone)
    assert drop(world, "d1").outcome == "waiting"
    approve(world.ports)
    assert go_on(pausing(world, "deployments", ("current", "prod"), go_on_alone), 1) == "done"
    check_once(world)


def test_nothing_is_asked_for_twice(tmp_path: Path) -> None:
    """No second request is made for a version that serves by the first one."""
    world = pausing(asking_world(tmp_path), "deployments", ("list", "prod"), ask_and_finish)
    assert drop(world, "d1").outcome == "deployed"
    check_once(world)
    with pytest.raises(ValueError, match="not enough values"):
        waiting(world)
