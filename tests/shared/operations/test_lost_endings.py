"""Work whose subject is over ends by itself, also when the message that would have told of it is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from world import World, points_csv

from shared import dispatch, due_work
from shared.core.claims import CLAIM_TTL, mark_queued
from shared.core.ledger import Kind, State
from shared.prediction.window import Window, WindowState


@pytest.fixture
def planned(world: World) -> Window:
    """A window that is planned and queued, and whose message is lost."""
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    world.sweep()
    world.land("scoring/points/new/points.csv", points_csv(7, labelled=False))
    due_work.plan(world.ports)
    (window,) = world.ports.prediction.windows.list("points", WindowState.PLANNED)
    return window


def state_of(world: World, kind: Kind, key: str) -> tuple[State, str]:
    """What the history says now."""
    entry = world.ports.core.history.find(kind, key)
    assert entry is not None
    return entry.state, entry.reason


def test_a_window_that_was_given_up_does_not_stay_queued(world: World, planned: Window) -> None:
    """A worker that paused past its lease gave it up, and its second message is lost."""
    world.ports.prediction.windows.close("points", planned.id, WindowState.QUARANTINED, "Its file is empty.")
    due_work.sweep(world.ports)
    assert state_of(world, Kind.WINDOW, f"points/{planned.id}")[0] == State.QUEUED
    world.clock.advance(minutes=16)
    due_work.sweep(world.ports)
    assert state_of(world, Kind.WINDOW, f"points/{planned.id}") == (State.QUARANTINED, "Its file is empty.")


def test_a_window_that_was_predicted_does_not_stay_claimed(world: World, planned: Window) -> None:
    """Its worker stored the rows and died before it could say so; a window that is not over is left alone."""
    key = f"points/{planned.id}"
    dispatch.on_window(world.ports, f'{{"scenario": "points", "window": "{planned.id}"}}')
    assert state_of(world, Kind.WINDOW, key) == (State.DONE, "7 rows were predicted with points:1; 0 failed.")
    other = world.ports.prediction.windows.claim(
        Window("points", "w2", 0, ("scoring/points/x/points.csv@1",), WindowState.PLANNED, world.clock())
    )
    mark_queued(world.ports, Kind.WINDOW, [f"points/{other.id}"])
    world.clock.advance(minutes=16)
    due_work.sweep(world.ports)
    assert state_of(world, Kind.WINDOW, f"points/{other.id}")[0] == State.QUEUED
    world.ports.prediction.windows.close("points", other.id, WindowState.COMMITTED, "")
    due_work.sweep(world.ports)
    assert state_of(world, Kind.WINDOW, f"points/{other.id}") == (State.DONE, "The window was predicted.")


def test_an_announcement_of_a_version_that_is_gone_ends(world: World) -> None:
    """Its worker died, and retention took the version away; one that is there stays for its drop's next worker."""
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    (version,) = world.ports.datasets.versions.list("points")
    there = replace(version, id="20260301T120001Z-eeeeeeee", digest="e" * 64)
    world.ports.datasets.versions.add(there)
    for key in ("points/000000000000", there.key):
        world.ports.core.ledger.claim(Kind.DATASET, key, CLAIM_TTL, "")
    world.clock.advance(minutes=16)
    due_work.sweep(world.ports)
    told = (State.GONE, "The dataset version was removed before it was announced.")
    assert state_of(world, Kind.DATASET, "points/000000000000") == told
    assert state_of(world, Kind.DATASET, there.key)[0] == State.IN_PROGRESS
