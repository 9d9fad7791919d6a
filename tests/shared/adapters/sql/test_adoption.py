"""Databases of the version before, from dumps with rows: taken over when every column is there, and at work again.

The dumps in `dumps/` are a small world's database as the numbered SQL files had made it, schema 4.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import psycopg
import pyarrow as pa
import pytest
from postgres import PostgresServer
from sqlalchemy import create_engine, func, inspect, select, text
from world import POINTS, World, artefact, points_csv

from shared.adapters.sql.database import open_database
from shared.adapters.sql.migrations import schema_state
from shared.adapters.sql.migrations.alembic_runs import missing
from shared.adapters.sql.release.deployments import SqlDeployments
from shared.adapters.sql.revisions import newest, revision_id
from shared.adapters.sql.schema.tables import every_table
from shared.core.errors import Misconfigured, Permanent
from shared.operations.ports import RowFilter
from shared.prediction.window import Commit
from shared.serving.generation_line import rollback_target
from shared.serving.reading import Reading

DUMPS = Path(__file__).with_name("dumps")
Run = Callable[[str], None]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database as the version before left it."""
    if request.param == "sqlite":
        found = f"sqlite:///{tmp_path}/state.db"
        run(found, (DUMPS / "0004_sqlite.sql").read_text())
        yield found
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    found = server.new(migrated=False)
    run(found, (DUMPS / "0004_postgresql.sql").read_text())
    yield found
    server.drop(found)


def run(url: str, script: str) -> None:
    """Run a script on the database as it is."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.executescript(script)
    else:
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(script.encode())


def test_every_table_of_the_dump_has_rows(url: str) -> None:
    """So that what is read below is really there."""
    engine = create_engine(url)
    there = set(inspect(engine).get_table_names())
    with engine.connect() as connection:
        tables = [one for one in every_table() if one.name in there]
        sizes = {one.name: connection.scalar(select(func.count()).select_from(one)) for one in tables}
    engine.dispose()
    later = {"dataset_head", "dataset_part", "gate_look", "profile_value", "rejected_row", "served_label"}
    later |= {"listing_round", "scenario_views"}
    assert {one.name for one in every_table()} - there == later
    assert [name for name, size in sizes.items() if not size] == []


def test_it_is_taken_over_and_complete(url: str) -> None:
    """Stamped, the table of the numbered files gone, and the same schema as a new database."""
    engine = open_database(url)
    version, known = schema_state(engine)
    assert (version.number, version.stamped) == (known, True)
    assert not inspect(engine).has_table("schema_version")
    with engine.connect() as connection:
        assert missing(connection) == []
    engine.dispose()
    open_database(url).dispose()


def test_what_it_knew_is_still_known(url: str, tmp_path: Path) -> None:
    """History, datasets, models, deployments, predictions, monitoring and all the rest, through the ports."""
    world = World(tmp_path / "home", DATABASE_URL=url)
    ports, stores = world.ports, world.ports.monitoring
    current = ports.release.deployments.current("points")
    assert current is not None
    assert (current.generation, current.model, current.version) == (2, "points", 2)
    assert "quarantined" in {entry.state for entry in ports.core.history.why("incoming/points/bad")}
    assert [len(ports.datasets.versions.list(name)) for name in ("points", "prices")] == [2, 1]
    assert [(one.name, one.version) for one in ports.training.registry.list("points")] == [("points", 1), ("points", 2)]
    commits = ports.prediction.predictions.commits("points")
    assert [(one.model, one.rows) for one in commits] == [("points:2", 6)] * 2
    scored = ports.operations.lineage.window(ports.core.scenarios["points"], commits[0].ordinal)
    assert scored is not None
    assert scored.first_id is not None
    row = ports.operations.lineage.prediction(ports.core.scenarios["points"], scored.first_id)
    assert row is not None
    assert row["model"] == "points:2"
    assert scored.last_id is not None
    joined = stores.actuals.join_predictions(ports.core.scenarios["points"], scored.first_id, scored.last_id)
    assert joined.num_rows == 6
    assert [one.number for one in ports.prediction.corrections.list("points")] == [2]
    assert "b1" in [one.id for one in stores.breaches.list("points", "open")]
    assert len(stores.measurements.drift("points")) == 6
    assert [len(one) for one in (stores.qualities.latest("points"), stores.decisions.list("points"))] == [2, 3]
    assert [one.model for one in stores.scorecards.list()] == ["points:1"]
    assert [one.state for one in ports.release.approvals.list()] == ["open"]
    assert [one.state for one in ports.release.rollouts.list()] == ["canary"]
    assert [one.target for one in ports.alerts.deliveries.list()] == ["ops"]
    assert len(ports.core.outbox.pending()) == 1
    day = timedelta(days=1)
    reading = ports.serving.readings.window("points", "pump ü", world.clock() - day, world.clock() + day)
    assert [one.measured for one in reading] == [{"x": 0.0}, {"x": 0.5}, {"x": 1.0}]
    world.close()


def test_generations_of_then_are_no_rollbacks(url: str) -> None:
    """Nobody knows which ones are: they read as they did. What a rollback makes from now on says what it restores."""
    engine = create_engine(url)
    with engine.begin() as connection:
        same = 'model, version, sha256, "at", "by", reason'
        words = (
            f"INSERT INTO deployment (scenario, environment, generation, {same}) "  # noqa: S608 -- names
            f"SELECT scenario, environment, 3, {same} FROM deployment WHERE scenario = 'points' AND generation = 1"
        )
        connection.execute(text(words))
    engine.dispose()
    opened = open_database(url)
    store = SqlDeployments(opened)
    history = store.list("points")
    assert [(one.generation, one.version, one.restores) for one in history] == [(1, 1, 0), (2, 2, 0), (3, 1, 0)]
    assert rollback_target(history) == history[1]
    store.promote(replace(history[1], generation=4, restores=2))
    assert [one.restores for one in store.list("points")] == [0, 0, 0, 2]
    assert rollback_target(store.list("points")) is None
    opened.dispose()


def test_it_goes_on_working(url: str, tmp_path: Path) -> None:
    """A new window is scored by the model that serves, numbered after the old ones; stores take new rows."""
    world = World(tmp_path / "home", DATABASE_URL=url)
    _bring_model(world)
    world.clock.advance(days=2)
    before = world.ports.prediction.predictions.commits("points")
    world.handle(world.land("scoring/points/s9/points.csv", points_csv(7, seed=3, labelled=False)))
    world.sweep()
    after = world.ports.prediction.predictions.commits("points")
    assert [(one.model, one.rows) for one in after[len(before) :]] == [("points:2", 7)]
    assert after[-1].ordinal > before[-1].ordinal
    _reports_show_rows_of_then_and_of_today(world, url, after[-1])
    world.ports.serving.readings.keep(
        "points", [Reading("r", world.clock(), {"x": 1.0})], world.clock(), world.clock() - timedelta(days=1)
    )
    labels = pa.table({"entity_key": ["0"], "epoch": [0], "actual": ["no"]})
    world.ports.monitoring.actuals.merge(POINTS, labels, "more.csv", world.clock())
    world.handle(world.land("incoming/prices/d9/prices.csv", b"id,x,z,y\n1,?,1,1\n"))
    assert world.ports.core.history.entries(1)[0].state == "quarantined"
    world.close()


def _reports_show_rows_of_then_and_of_today(world: World, url: str, newest: Commit) -> None:
    """What each row of then repeats is what its view says of it; rows of today repeat nothing."""
    engine = create_engine(url)
    names = [column["name"] for column in inspect(engine).get_columns("predictions_points")]
    columns = ", ".join(f'"{name}"' for name in names)
    with engine.connect() as connection:
        then = connection.execute(
            text(f'SELECT {columns} FROM predictions_points WHERE "window" IS NOT NULL ORDER BY 1')  # noqa: S608 - names
        ).all()
        shown = connection.execute(text(f"SELECT {columns} FROM v_predictions_points_asof ORDER BY 1")).all()  # noqa: S608 - names
    engine.dispose()
    assert len(then) == 12
    assert shown[: len(then)] == then
    places = {name: place for place, name in enumerate(names)}
    today = {(row[places["window"]], row[places["model"]]) for row in shown[len(then) :]}
    assert today == {(newest.window, newest.model)}
    page = world.ports.operations.prediction_rows.page(POINTS, RowFilter(limit=100))
    # Times come from SQLite's text here and from the port there.
    told = [[str(row[name])[:19] for name in names] for row in reversed(page)]
    assert told == [[str(cell)[:19] for cell in row] for row in shown]


def _bring_model(world: World) -> None:
    """The dump has no lake: the deployed model's files, byte for byte as the little trainer makes them."""
    model = world.ports.training.registry.list("points")[-1]
    run = world.ports.training.runs.find(model.run)
    assert run is not None
    table = pa.table({"id": [1, 2], "x": [1.0, -1.0], "color": ["red", "blue"], "y": ["yes", "no"]})
    made = artefact(POINTS, run, {"points": table}, 3.0)
    assert hashlib.sha256(made.onnx).hexdigest() == model.sha256
    files = {"model.onnx": made.onnx, "manifest.json": json.dumps(made.manifest).encode(), **made.files}
    for name, content in files.items():
        world.ports.core.lake.put(model.folder + name, content)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("ALTER TABLE run DROP COLUMN attempts", r"column run\.attempts is absent"),
        ("DROP TABLE reading", "table reading is absent"),
        (
            "ALTER TABLE timer_beat DROP COLUMN late; ALTER TABLE timer_beat ADD COLUMN late VARCHAR(9)",
            r"column timer_beat\.late holds text, not a whole number",
        ),
        (
            "DROP TABLE breach; ALTER TABLE reading DROP COLUMN measured; ALTER TABLE reading ADD measured BYTEA",
            r"table breach is absent, column reading\.measured holds (?i:bytea), not text",
        ),
    ],
)
def test_one_that_differs_is_not_taken_over(url: str, broken: str, said: str) -> None:
    """One sentence names what differs; nothing is changed."""
    run(url, broken)
    with pytest.raises(Permanent, match=f"schema version 4, but {said}"):
        open_database(url)
    engine = create_engine(url)
    assert inspect(engine).has_table("schema_version")
    assert not inspect(engine).has_table("alembic_version")
    engine.dispose()


@pytest.mark.parametrize("number", [1, 3])
def test_an_older_one_is_refused(url: str, number: int) -> None:
    """With what to run first."""
    run(url, f"DELETE FROM schema_version WHERE version > {number}")  # noqa: S608 -- a number
    said = f"schema version {number}, .*run the version before this one once, it brings the database to schema 4"
    with pytest.raises(Permanent, match=said):
        open_database(url)


def test_a_newer_one_is_refused(url: str) -> None:
    """Both versions are named, also where numbered SQL files went on."""
    run(url, f"INSERT INTO schema_version VALUES ({newest() + 1})")  # noqa: S608 -- a number
    with pytest.raises(Permanent, match=f"schema version {newest() + 1}, this code knows {newest()}"):
        open_database(url)


def test_many_open_it_at_once(url: str) -> None:
    """One of them takes it over, the others find it done."""
    barrier = Barrier(3)

    def one(_: int) -> None:
        barrier.wait(timeout=300)
        open_database(url).dispose()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(one, range(3)))
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.scalars(text("SELECT version_num FROM alembic_version")).all() == [revision_id(newest())]
    engine.dispose()


def test_who_may_not_change_it_is_told_who_may(postgres: PostgresServer) -> None:
    """An app that may only read and write rows names the command for an administrator."""
    url = postgres.new(migrated=False)
    run(url, (DUMPS / "0004_postgresql.sql").read_text())
    app = postgres.user()
    postgres.grant(url, app, "SELECT, INSERT, UPDATE, DELETE")
    with pytest.raises(Misconfigured, match=r"must be brought to version \d+.*permission denied.*migrations apply"):
        open_database(postgres.as_user(url, app))
    postgres.drop(url)
