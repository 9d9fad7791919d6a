"""Two sweeps, one of data and one of releases: together they find what one round of the timers finds, once each."""

from __future__ import annotations

import json

import pytest
from world import World, points_csv

from shared import dispatch
from shared.core.messages import model_message
from shared.dispatch import sweep_releases


def test_each_sweep_finds_its_own_and_both_find_all_once(world: World) -> None:
    """A file nobody told of belongs to the one, a model nobody judged to the other; queued ones are not sent again."""
    dispatch.on_event(world.ports, world.land("incoming/points/d1/points.csv", points_csv()))
    world.land("incoming/points/d2/points.csv", points_csv(seed=2))
    (file,) = dispatch.sweep_data(world.ports)
    (model,) = sweep_releases(world.ports)
    assert json.loads(file)["subject"].endswith("/d2/points.csv")
    assert model == model_message("points", 1)
    assert dispatch.sweep(world.ports) == [model]
    # The file's message was marked as queued; nobody took it for so long that it must be lost.
    world.clock.advance(minutes=16)
    assert dispatch.sweep(world.ports) == [file, model]


@pytest.mark.fault(18)
def test_what_the_sweep_of_releases_finds_is_released(world: World) -> None:
    """Handed to the worker of models the model serves, and nothing is left to find."""
    dispatch.on_event(world.ports, world.land("incoming/points/d1/points.csv", points_csv()))
    for message in sweep_releases(world.ports):
        dispatch.on_event(world.ports, message)
    assert world.ports.release.deployments.current("points") is not None
    assert dispatch.sweep(world.ports) == []


def test_what_was_queued_when_the_host_died_is_sent_again(world: World) -> None:
    """A file that nobody had claimed is found like a missed one, and no empty message is sent."""
    world.land("incoming/points/d1/points.csv", points_csv())
    (file,) = dispatch.sweep_data(world.ports)
    assert world.ports.core.ledger.abandon("the host was restarted") == 1
    assert dispatch.sweep_data(world.ports) == [file]
