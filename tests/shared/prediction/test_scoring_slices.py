"""The planner lists a slice of a scenario's files at a time: no drop is planned half, and none is left out."""

from __future__ import annotations

import pytest
from listed import count_listings
from world import World, points_csv

from shared import due_work
from shared.prediction.scoring_drops import new_drops


def landed(world: World, *names: str) -> None:
    """Files to score; what is in them does not matter here."""
    for name in names:
        world.ports.core.lake.put(f"scoring/marks/{name}", b"x")


@pytest.mark.parametrize("most", [1, 2, 3, 5, 8])
def test_a_drop_that_slices_cut_is_planned_whole(world: World, most: int) -> None:
    """A drop of two tables is new with both of them, in whichever slice they lie; one without its other table waits."""
    landed(world, *(f"d{number}/{table}.csv" for number in range(4) for table in ("marks", "places")), "d9/marks.csv")
    found: dict[str, set[str]] = {}
    for _ in range(10):
        slice_ = new_drops(world.ports, world.ports.core.scenarios["marks"], most)
        world.ports.core.rounds.save(slice_.reached)
        for drop in slice_.drops:
            assert {blob.name for blob in drop.new} == set(drop.file_names) == {"marks.csv", "places.csv"}
            found.setdefault(drop.name, set()).update(drop.file_names)
        if slice_.reached.is_new:
            break
    assert sorted(found) == ["d0", "d1", "d2", "d3"]


def test_planning_a_batch_is_one_listing(world: World) -> None:
    """Files whose events were lost are planned by the timer: it lists once, not once for each drop."""
    world.handle(world.land("incoming/points/d1/points.csv", points_csv(300)))
    for number in range(30):
        world.land(f"scoring/points/s{number:02}/points.csv", points_csv(2, seed=number, labelled=False))
    lake = count_listings(world)
    assert len(due_work.plan(world.ports)) == 30
    assert lake.calls == ["scoring/points/"]
