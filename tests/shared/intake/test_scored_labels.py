"""Labels in files to score are taken as late labels on request, each to its own prediction."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from world import POINTS, World, points_csv

from model_training.scenarios.iiot_quality import SCENARIO as IIOT
from shared.core.errors import BadInput, Missing
from shared.core.scenario import Scenario
from shared.intake.scored_labels import land_scored_labels
from shared.monitoring.late_labels import ingest_actuals


def scored(home: Path, scenario: Scenario, rows: bytes) -> tuple[World, str]:
    """A world in which those rows are predicted, and their window."""
    world = World(home, scenarios={scenario.name: scenario})
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    world.handle(world.land("scoring/points/s1/points.csv", rows))
    (window,) = world.ports.prediction.windows.list("points")
    return world, window.id


@pytest.mark.parametrize("entity", [("id",), ()])
def test_each_label_is_that_of_its_row(tmp_path: Path, entity: tuple[str, ...]) -> None:
    """By the key, or by the place of the row where rows have no key; a row without a label has none."""
    head, *lines = points_csv(12, seed=2).decode().splitlines()
    lines[3] = lines[3].rpartition(",")[0] + ","
    world, window = scored(tmp_path, replace(POINTS, entity=entity), "\n".join([head, *lines, ""]).encode())
    commit = world.ports.prediction.predictions.find_commit("points", window)
    assert commit is not None
    assert commit.ignored_columns == "y"
    scenario = world.ports.core.scenarios["points"]
    outcome = ingest_actuals(world.ports, land_scored_labels(world.ports, scenario, window))
    assert outcome.reason.startswith("11 labels: 11 new")
    joined = world.ports.monitoring.actuals.join_predictions(scenario, 0, 2**62, original=False).to_pylist()
    known = [row["actual"] for row in sorted(joined, key=lambda row: row["prediction_id"])]
    assert known == [line.rpartition(",")[2] or None for line in lines]


def test_what_cannot_be_told_is_refused(tmp_path: Path) -> None:
    """Files without labels, and a window that is not there."""
    world, window = scored(tmp_path, POINTS, points_csv(12, seed=2, labelled=False))
    scenario = world.ports.core.scenarios["points"]
    with pytest.raises(BadInput, match="hold no labels; accepted: files with 'y'"):
        land_scored_labels(world.ports, scenario, window)
    with pytest.raises(Missing, match="no predictions of a window 'w'"):
        land_scored_labels(world.ports, scenario, "w")
    with pytest.raises(BadInput, match="hold no labels; accepted: mlops actuals iiot_quality FILE"):
        land_scored_labels(world.ports, IIOT, window)
