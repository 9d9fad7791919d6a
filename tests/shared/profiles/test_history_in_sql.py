"""What was trained on is in SQL when its run is requested, and comes back from the lake when SQL lost it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from world import World, points_csv

from shared.profiles.history import read_history, rebuild_history


def test_the_historic_profile_is_in_sql_and_is_rebuilt(tmp_path: Path) -> None:
    """Every number of the lake's record, at the time of its version; a record of an unknown version is named."""
    world = World(tmp_path)
    for name, first in (("d1", 0), ("d2", 400)):
        world.handle(world.land(f"incoming/points/{name}/points.csv", points_csv(400, first=first)))
        world.clock.advance(hours=1)
    history, points = world.ports.profiles.history, world.ports.core.scenarios["points"]
    kept = history.list("points")
    versions, records = world.ports.datasets.versions.list("points"), read_history(world.ports, "points")
    assert [(one.dataset, one.at) for one in kept] == [(version.id, version.created_at) for version in versions]
    for dataset, record in zip(kept, records, strict=True):
        found = {(value.table, value.column, value.statistic): value.value for value in dataset.values}
        assert found["", "", "rows"] == record["rows"]
        assert found["points", "x", "mean"] == record["tables"]["points"]["columns"]["x"]["mean"]
        assert found["points", "color", "null_share"] == 0.0
    history.put(points, replace(kept[0], values=()))
    history.put(points, replace(kept[1], values=kept[1].values[:2]))
    world.ports.core.lake.put("history/points/zz.json", b'{"dataset": "zz"}')
    assert rebuild_history(world.ports, points) == (2, ["zz"])
    assert history.list("points") == kept
