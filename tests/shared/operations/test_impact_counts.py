"""What impact says of a window comes from its commit; here it is held against the rows, counted one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from world import POINTS, World, points_csv

from shared import dispatch
from shared.operations.lineage import Impact
from shared.operations.tracing import impact
from shared.prediction.backfill import BackfillRequest, plan_backfill, plan_corrections

Told = dict[str, tuple[int, int | None, int | None]]
TOLERANT = replace(POINTS, batch=replace(POINTS.batch, error_threshold=3))
SPRING = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
# Which rows of each file hold a number beyond float32, so that they fail.
FAILING = {"whole": (), "first": (0,), "last": (5,), "middle": (2, 3), "ends": (0, 5), "all": (0, 1, 2)}


def rows_of(name: str) -> bytes:
    """A file to predict, some of whose rows cannot be."""
    lines = points_csv(3 if name == "all" else 6, seed=3, labelled=False).decode().splitlines()
    for row in FAILING[name]:
        lines[row + 1] = f"{row},1e300,red"
    return ("\n".join(lines) + "\n").encode()


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Windows whole and with rows that failed, scored by one model; corrected by the next; and one only it scored."""
    world = World(tmp_path_factory.mktemp("counts"), scenarios={"points": TOLERANT})
    world.trainer.weight = 0.02
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    for name in FAILING:
        world.handle(world.land(f"scoring/points/{name}/points.csv", rows_of(name)))
    world.clock.advance(days=1)
    world.trainer.weight = 3.0
    world.handle(world.land("incoming/points/d2/points.csv", points_csv(seed=5)))
    again = BackfillRequest(TOLERANT, *SPRING, "me", "a better model", model="points:2")
    for due in plan_corrections(world.ports, plan_backfill(world.ports, again)):
        dispatch.on_window(world.ports, due.message)
    world.handle(world.land("scoring/points/later/points.csv", points_csv(4, labelled=False)))
    return world


def test_the_first_windows_come_with_the_number_of_all(lived: World) -> None:
    """Who shows some of them reads no more; a blob that only one window read is counted once."""
    whole, some = impact(lived.ports, "points:1"), impact(lived.ports, "points:1", 2)
    assert some.windows == whole.windows[:2]
    assert (some.window_count, some.predictions) == (whole.window_count, whole.predictions)
    assert whole.window_count == len(whole.windows) > 2
    assert whole.predictions == sum(window.commit.rows for window in whole.windows)
    blob = impact(lived.ports, "scoring/points/whole/points.csv", 1)
    assert blob.window_count == len(impact(lived.ports, "scoring/points/whole/points.csv").windows) >= len(blob.windows)


def counted(home: Path, model: str) -> Told:
    """Rows, first and last id of each window of that model, from the rows themselves."""
    query = (
        "select c.window, count(p.prediction_id), min(p.prediction_id), max(p.prediction_id) from prediction_commit c "
        "left join predictions_points p on p.prediction_id >> 32 = c.ordinal where c.model = :model group by c.window"
    )
    engine = sa.create_engine(f"sqlite:///{home / 'mlops.db'}")
    with engine.connect() as connection:
        rows = connection.execute(sa.text(query), {"model": model}).all()
    engine.dispose()
    return {window: (number, first, last) for window, number, first, last in rows}


def told(found: Impact) -> Told:
    """The same as impact tells it."""
    return {one.commit.window: (one.commit.rows, one.first_id, one.last_id) for one in found.windows}


@pytest.mark.parametrize(("model", "windows"), [("points:1", len(FAILING)), ("points:2", len(FAILING) + 1)])
def test_a_model_touched_the_rows_that_can_be_counted(lived: World, model: str, windows: int) -> None:
    """Window by window, with both ends, also where the first, the last or all rows failed; corrections as well."""
    found, literal = impact(lived.ports, model), counted(lived.home, model)
    assert told(found) == literal
    assert found.predictions == sum(number for number, _, _ in literal.values())
    assert len(literal) == windows
    failed = {one.commit.failed_rows for one in found.windows}
    assert failed == {0, 1, 2, 3}


@pytest.mark.parametrize("name", FAILING)
def test_a_file_touched_its_window_and_the_correction(lived: World, name: str) -> None:
    """Both versions, each with rows of its own."""
    found = impact(lived.ports, f"scoring/points/{name}/points.csv")
    literal = counted(lived.home, "points:1") | counted(lived.home, "points:2")
    assert told(found) == {one.commit.window: literal[one.commit.window] for one in found.windows}
    assert [one.revision.number for one in found.windows] == [1, 2]
    assert {one.revision.base for one in found.windows} == {found.windows[0].commit.window}
