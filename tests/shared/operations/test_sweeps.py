"""Two sweeps, one of data and one of releases: together they find what one round of the timers finds, once each."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from listed import count_listings
from world import World, points_csv

from shared import dispatch, due_work
from shared.core.messages import model_message
from shared.due_work import sweep_releases
from shared.operations import reconcile
from shared.operations.status import status


def test_each_sweep_finds_its_own_and_both_find_all_once(world: World) -> None:
    """A file nobody told of belongs to the one, a model nobody judged to the other; queued ones are not sent again."""
    dispatch.on_event(world.ports, world.land("incoming/points/d1/points.csv", points_csv()))
    world.land("incoming/points/d2/points.csv", points_csv(seed=2))
    (file,) = due_work.sweep_data(world.ports)
    (model,) = sweep_releases(world.ports)
    assert json.loads(file)["subject"].endswith("/d2/points.csv")
    assert model == model_message("points", 1)
    assert due_work.sweep(world.ports) == [model]
    # The file's message was marked as queued; nobody took it for so long that it must be lost.
    world.clock.advance(minutes=16)
    assert due_work.sweep(world.ports) == [file, model]


@pytest.mark.fault(18)
def test_what_the_sweep_of_releases_finds_is_released(world: World) -> None:
    """Handed to the worker of models the model serves, and nothing is left to find."""
    dispatch.on_event(world.ports, world.land("incoming/points/d1/points.csv", points_csv()))
    for message in sweep_releases(world.ports):
        dispatch.on_event(world.ports, message)
    assert world.ports.release.deployments.current("points") is not None
    assert due_work.sweep(world.ports) == []


def test_what_was_queued_when_the_host_died_is_sent_again(world: World) -> None:
    """A file that nobody had claimed is found like a missed one, and no empty message is sent."""
    world.land("incoming/points/d1/points.csv", points_csv())
    (file,) = due_work.sweep_data(world.ports)
    assert world.ports.core.ledger.abandon("the host was restarted") == 1
    assert due_work.sweep_data(world.ports) == [file]


def paths_of(messages: list[str]) -> list[str]:
    """The blobs that these events tell of."""
    return [json.loads(message)["subject"].rpartition("/blobs/")[2] for message in messages]


def test_a_sweep_lists_its_share_however_long_the_history_is(world: World) -> None:
    """A file that came into an old folder without an event is found by the round at the latest."""
    lake = count_listings(world)
    for number in range(30):
        world.handle(world.land(f"scoring/points/d{number:02}/points.csv", points_csv(2, seed=number, labelled=False)))
    assert reconcile.reconcile(world.ports, listed=10).events == []
    world.land("scoring/points/d01/more.csv", points_csv(2, seed=77, labelled=False))
    found: list[str] = []
    for _ in range(8):
        lake.begin()
        found += reconcile.reconcile(world.ports, listed=10).events
        assert lake.names <= 10
    assert paths_of(found) == ["scoring/points/d01/more.csv"]
    assert status(world.ports)["listed"] == {"ended_at": "2026-03-01T12:00:00+00:00", "files": 31, "under_way": 10}


def test_where_many_events_are_lost_the_sweep_stays_until_all_are_sent(world: World) -> None:
    """Files that came long ago and were never told of: the next sweep looks at the same ones, not round the lake."""
    world.clock.now = datetime.now(UTC) + timedelta(hours=1)
    for number in range(reconcile.MOST + 30):
        world.ports.core.lake.put(f"actuals/points/d{number:03}/labels.csv", b"id,y\n1,no\n")
    world.land("scoring/points/d/points.csv", points_csv(2, labelled=False))
    listed = reconcile.MOST + 10
    assert len(reconcile.reconcile(world.ports, listed=listed).events) == reconcile.MOST
    assert status(world.ports)["listed"] is None
    assert reconcile.reconcile(world.ports, listed=listed).events == []
    world.clock.advance(minutes=16)
    assert len(reconcile.reconcile(world.ports, listed=listed).events) == reconcile.MOST
