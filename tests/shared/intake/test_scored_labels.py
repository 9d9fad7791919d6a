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
from shared.operations.erasure.erase import approve_erasure, erase, request_erasure
from shared.operations.erasure.subject import subject_of


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


def without_the_first(home: Path, entity: tuple[str, ...]) -> tuple[World, Scenario, str]:
    """A world with a window whose first row was erased afterwards."""
    rows = points_csv(12, seed=2)
    # The report names the person beside each prediction, so that its row is found without an entity, too.
    points = replace(POINTS, entity=entity, batch=replace(POINTS.batch, report=("id",)))
    world, window = scored(home, points, rows)
    scenario = world.ports.core.scenarios["points"]
    head, first, *_ = (line.split(",") for line in rows.decode().splitlines())
    value = first[head.index("id")]
    subject = subject_of(scenario, value if entity else f"id={value}")
    request_erasure(world.ports, subject, b"secret", by="ada", reason="ticket 12")
    erase(world.ports, scenario, subject, approve_erasure(world.ports, subject, b"secret", by="grace"))
    return world, scenario, window


def test_labels_of_the_others_are_taken_after_an_erasure(tmp_path: Path) -> None:
    """What is left of the file lies elsewhere; each label finds its prediction by the key."""
    world, scenario, window = without_the_first(tmp_path, ("id",))
    outcome = ingest_actuals(world.ports, land_scored_labels(world.ports, scenario, window))
    assert outcome.reason.startswith("11 labels: 11 new")


def test_after_an_erasure_no_label_is_taken_by_its_place(tmp_path: Path) -> None:
    """The rows behind the erased one have moved up, and their predictions have kept their ids."""
    world, scenario, window = without_the_first(tmp_path, ())
    with pytest.raises(BadInput, match="rows of it were erased; accepted: a file of labels with their prediction_id"):
        land_scored_labels(world.ports, scenario, window)


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
