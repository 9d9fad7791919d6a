"""The Delta tables of labels: as they came, and beside the newest version of what was predicted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from delta_reader import read_delta
from world import PLACES, World, marks_csv, points_csv, prices_csv

from shared import dispatch
from shared.monitoring.monitor import monitor
from shared.operations.label_rebuild import rebuild_label_tables
from shared.prediction.backfill import BackfillRequest, plan_backfill, plan_corrections

TABLES = "lake/tables/points"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world that has predicted twelve points, of which three have labels by now."""
    made = World(tmp_path)
    made.handle(made.land("incoming/points/d1/points.csv", points_csv()))
    made.handle(made.land("scoring/points/s1/points.csv", points_csv(12, seed=2, labelled=False)))
    label(made, "a1", {0: "no", 1: "yes", 2: "no"})
    yield made
    made.close()


def label(world: World, drop: str, answers: Mapping[int, str]) -> None:
    """Labels of these points land."""
    rows = "".join(f"{key},{answer}\n" for key, answer in answers.items())
    world.handle(world.land(f"actuals/points/{drop}/points.csv", f"id,y\n{rows}".encode()))


def labelled(home: Path) -> list[tuple[Any, ...]]:
    """What the table of labelled predictions says."""
    rows = read_delta(home / TABLES / "labelled")
    return [tuple(row[name] for name in NAMES) for row in rows]


NAMES = ("prediction_id", "window", "entity_key", "prediction", "probability", "model", "actual")


def as_sql(home: Path) -> list[tuple[Any, ...]]:
    """The rows with a label that reports see."""
    engine = sa.create_engine(f"sqlite:///{home / 'mlops.db'}")
    query = f"select {', '.join(NAMES)} from v_prediction_vs_actual_points where actual is not null order by 1"  # noqa: S608 - fixed names
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(sa.text(query))]
    engine.dispose()
    return rows


def actuals(home: Path) -> list[tuple[Any, ...]]:
    """Every label that ever came, by key."""
    rows = read_delta(home / TABLES / "actuals", by="entity_key")
    return [(row["entity_key"], row["actual"], row["source"].partition("@")[0]) for row in rows]


def correct(world: World) -> None:
    """Score every window again."""
    scenario = world.ports.core.scenarios["points"]
    world.clock.advance(hours=1)
    now = world.clock()
    steps = plan_backfill(world.ports, BackfillRequest(scenario, now.replace(year=2000), now, "me", "again"))
    for due in plan_corrections(world.ports, steps):
        dispatch.on_window(world.ports, due.message)


def test_labels_stand_as_they_came_and_beside_their_predictions(world: World) -> None:
    """A label that changes replaces the one before where predictions are, and stands beside it where labels are."""
    assert labelled(world.home) == as_sql(world.home)
    label(world, "a2", {2: "yes", 3: "no"})
    assert labelled(world.home) == as_sql(world.home)
    assert [row[-1] for row in labelled(world.home)] == ["no", "yes", "yes", "no"]
    first, second = "actuals/points/a1/points.csv", "actuals/points/a2/points.csv"
    assert sorted(actuals(world.home)) == [
        ("0", "no", first), ("1", "yes", first), ("2", "no", first), ("2", "yes", second), ("3", "no", second),
    ]  # fmt: skip


def test_a_correction_takes_the_place_of_its_window(world: World) -> None:
    """Labelled predictions are those of the newest version, as in SQL."""
    correct(world)
    assert labelled(world.home) == as_sql(world.home)
    assert {row[1].rpartition(".")[2] for row in labelled(world.home)} == {"r2"}


def test_labels_that_came_before_their_window_are_found_by_the_monitor(world: World) -> None:
    """Nothing names the window when the labels come; the monitor does."""
    world.handle(world.land("scoring/points/s2/points.csv", points_csv(2, seed=3, labelled=False)))
    assert len(labelled(world.home)) == 3
    monitor(world.ports, "points")
    assert len(labelled(world.home)) == 5
    assert labelled(world.home) == as_sql(world.home)


def test_lost_logs_are_rebuilt_to_the_same_rows(world: World) -> None:
    """From what the lake keeps; also where the tables were off when the labels came."""
    scenario = world.ports.core.scenarios["points"]
    before = labelled(world.home), actuals(world.home)
    assert {one.state for one in rebuild_label_tables(world.ports, scenario)} == {"intact"}
    for table in ("labelled", "actuals"):
        shutil.rmtree(world.home / TABLES / table / "_delta_log")
    assert {one.state for one in rebuild_label_tables(world.ports, scenario)} == {"restored"}
    assert (labelled(world.home), actuals(world.home)) == before
    for table in ("labelled", "actuals"):
        shutil.rmtree(world.home / TABLES / table)
    assert {one.state for one in rebuild_label_tables(world.ports, scenario)} == {"restored"}
    assert (labelled(world.home), actuals(world.home)) == before


def test_several_labels_and_numbers_have_their_own_columns(tmp_path: Path) -> None:
    """A probability for each label at once; of a number no probability, and the number itself as actual."""
    world = World(tmp_path)
    for area, labelled_too, rows in (("incoming", True, 400), ("scoring", False, 6)):
        world.handle(world.land(f"{area}/prices/d1/prices.csv", prices_csv(rows, labelled=labelled_too)))
        world.handle(world.land(f"{area}/marks/d1/places.csv", PLACES))
        world.handle(world.land(f"{area}/marks/d1/marks.csv", marks_csv(rows, labelled=labelled_too)))
    world.handle(world.land("actuals/prices/a1/prices.csv", b"id,y\n1,2.5\n"))
    world.handle(world.land("actuals/marks/a1/marks.csv", b"id,up,down\n1,1,0\n2,0,0\n"))
    (price,) = read_delta(tmp_path / "lake/tables/prices/labelled")
    assert (price["entity_key"], price["actual"], price["probability"]) == ("1", 2.5, None)
    marks = read_delta(tmp_path / "lake/tables/marks/labelled")
    assert [(row["entity_key"], row["actual"]) for row in marks] == [("1", "up"), ("2", "none")]
    assert all(0 < row[f"probability_{name}"] < 1 for row in marks for name in ("up", "down"))
    world.close()
