"""A drop that the command lands whole is marked, where its scenario would wait for more files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from world import POINTS, World

from local.console.drop_files import close_drop
from shared.core.policies import Arrival


@pytest.mark.parametrize(
    ("arrival", "marker"),
    [(Arrival(), "_SUCCESS"), (Arrival(marker="done"), "done"), (Arrival(quiet_seconds=0), "")],
)
def test_the_marker_is_the_one_that_the_scenario_waits_for(tmp_path: Path, arrival: Arrival, marker: str) -> None:
    """Without a quiet time nothing waits, and no file is written."""
    world = World(tmp_path, scenarios={"points": replace(POINTS, arrival=arrival)}, QUIET_SECONDS="5")
    close_drop(world.ports, POINTS, "d1")
    assert [blob.path for blob in world.ports.core.lake.list("incoming/")] == (
        [f"incoming/points/d1/{marker}"] if marker else []
    )
