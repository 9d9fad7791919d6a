"""The Delta table of predictions follows commits as SQL does, and other engines read the same rows."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from copied_home import copied
from delta_reader import read_delta
from ports_with import ports_with
from world import POINTS, World, points_csv

from shared import dispatch
from shared.bootstrap.backends import delta_follows
from shared.core.errors import Conflict, Fault, Misconfigured, Transient
from shared.core.ledger import Kind, State
from shared.core.paths import commit_path
from shared.core.scenario import Batch
from shared.operations.views.overview import overview
from shared.operations.views.query import ViewQuery
from shared.prediction.delta_follower import take_out
from shared.prediction.delta_rebuild import rebuild_tables
from shared.prediction.delta_table import DataFile, DeltaTable, read_delta_tables
from shared.prediction.window import Commit

TABLE = "lake/tables/points/predictions"


@pytest.fixture(scope="module")
def served_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of such a world; copied, never used."""
    made = served(tmp_path_factory.mktemp("served") / "home")
    made.close()
    return made.home


@pytest.fixture
def world(served_once: Path, tmp_path: Path) -> World:
    """A world whose model serves and that has predicted one file."""
    return World(copied(served_once, tmp_path / "home"))


def served(home: Path, **settings: str) -> World:
    """A world whose model serves and that has predicted one file."""
    made = World(home, **settings)
    made.handle(made.land("incoming/points/d1/points.csv", points_csv()))
    predict(made, "s1", 12)
    return made


def predict(world: World, drop: str, rows: int, seed: int = 2) -> None:
    """Predict so many rows, which land under that name."""
    world.handle(world.land(f"scoring/points/{drop}/points.csv", points_csv(rows, seed, labelled=False)))


def as_sql(home: Path) -> list[dict[str, Any]]:
    """The rows that reports see, with what the Delta table has besides."""
    engine = sa.create_engine(f"sqlite:///{home / 'mlops.db'}")
    query = (
        "select p.*, a.base_window from v_predictions_points p "
        "join v_predictions_points_asof a using (prediction_id) order by prediction_id"
    )
    with engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(sa.text(query)).mappings()]
    engine.dispose()
    return rows


def comparable(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows without the time, which SQLite keeps as a text."""
    return [{name: value for name, value in row.items() if name != "scored_at"} for row in rows]


def log_of(home: Path) -> list[dict[str, Any]]:
    """Every action of the log, in order."""
    files = sorted((home / TABLE / "_delta_log").glob("*.json"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def test_another_engine_reads_the_rows_of_the_view(world: World) -> None:
    """Of two windows, one of them corrected, DuckDB reads what the SQL view shows: same columns, rows and values."""
    predict(world, "s2", 9, seed=3)
    predict(world, "s1", 13, seed=4)
    rows = read_delta(world.home / TABLE)
    assert len(rows) == 22
    assert comparable(rows) == comparable(as_sql(world.home))
    assert {row["scored_at"] for row in rows} == {world.clock()}
    corrected = {(row["base_window"], row["window"]) for row in rows if row["base_window"] != row["window"]}
    assert len(corrected) == 1
    assert all(window == f"{base}.r2" for base, window in corrected)


def test_a_window_is_one_commit_and_its_correction_another(world: World) -> None:
    """A correction adds its file and removes that of its window in one commit, named by window and digest."""
    predict(world, "s1", 13, seed=4)
    commits = [action["txn"]["appId"] for action in log_of(world.home) if "txn" in action]
    first, second = sorted(world.ports.prediction.predictions.commits("points"), key=lambda one: one.ordinal)
    assert commits == [f"{one.window}@{one.sha256}" for one in (first, second)]
    last = max((world.home / TABLE / "_delta_log").glob("*.json")).read_text()
    added, removed = (json.loads(line) for line in last.splitlines() if line.startswith(('{"add"', '{"remove"')))
    assert f"tables/points/predictions/{added['add']['path']}" == second.path
    assert f"tables/points/predictions/{removed['remove']['path']}" == first.path


def test_a_repeated_message_changes_nothing(world: World) -> None:
    """Whatever is repeated, also the message of a version that a correction has replaced, adds no commit."""
    predict(world, "s1", 13, seed=4)
    before = log_of(world.home)
    for commit in world.ports.prediction.predictions.commits("points"):
        message = json.dumps({"scenario": "points", "window": commit.window})
        world.ports.operations.reopening.reopen(Kind.WINDOW, f"points/{commit.window}", "again")
        dispatch.on_window(world.ports, message)
    assert log_of(world.home) == before


def test_the_log_tells_of_nobody(world: World) -> None:
    """Its statistics are the number of rows and the time of scoring: no key, no column of the rows."""
    added = [json.loads(action["add"]["stats"]) for action in log_of(world.home) if "add" in action]
    assert [set(one["minValues"]) | set(one["maxValues"]) | set(one["nullCount"]) for one in added] == [{"scored_at"}]
    assert added[0]["numRecords"] == 12


class Away:
    """Port `DeltaLog` that does not answer, or refuses."""

    def __init__(self, fault: Fault | None = None) -> None:
        self._fault = fault or Transient("The Delta log is away.")

    def replace(self, table: DeltaTable, value: str, files: Sequence[DataFile], transaction: str) -> bool:  # noqa: ARG002 - the port's
        """Not now."""
        raise self._fault

    def remove(self, table: DeltaTable, values: Collection[str], transaction: str) -> bool:  # noqa: ARG002 - the port's
        """Not now."""
        raise self._fault

    def files(self, table: DeltaTable) -> Mapping[str, frozenset[str]]:  # noqa: ARG002 - the port's
        """Not now."""
        raise self._fault


def test_sql_does_not_wait_for_the_log_and_the_sweep_goes_on(world: World) -> None:
    """A log that does not answer holds up neither rows nor window; it waits, and the sweep brings it up to date."""
    whole = world.ports
    world.ports = ports_with(whole, prediction__delta=Away())
    predict(world, "s2", 9, seed=3)
    window = world.ports.prediction.windows.list("points", "committed")[-1]
    assert len(as_sql(world.home)) == 21
    waiting = whole.core.history.find(Kind.TABLE, f"points/{window.id}")
    assert waiting is not None
    assert (waiting.state, waiting.reason) == (State.WAITING, "The Delta log is away.")
    shown = [one["whom"] for one in overview(whole, ViewQuery({}))["waiting"] if one["kind"] == Kind.TABLE]
    assert shown == ["the next timer"]
    world.ports = whole
    world.sweep()
    assert comparable(read_delta(world.home / TABLE)) == comparable(as_sql(world.home))
    done = whole.core.history.find(Kind.TABLE, f"points/{window.id}")
    assert done is not None
    assert done.state == State.DONE


def test_what_failed_is_done_by_rebuilding(world: World) -> None:
    """A fault that a retry cannot help is told as failed; the sweep leaves it, and rebuilding ends it."""
    whole = world.ports
    world.ports = ports_with(whole, prediction__delta=Away(Conflict("A column changed its kind.")))
    predict(world, "s2", 9, seed=3)
    world.ports = whole
    key = f"points/{whole.prediction.windows.list('points', 'committed')[-1].id}"
    world.sweep()
    failed = whole.core.history.find(Kind.TABLE, key)
    assert failed is not None
    assert (failed.state, failed.reason) == (State.FAILED, "A column changed its kind.")
    assert states(world) == {"intact": 1, "restored": 1}
    done = whole.core.history.find(Kind.TABLE, key)
    assert done is not None
    assert done.state == State.DONE


def states(world: World) -> dict[str, int]:
    """What rebuilding did, counted by state."""
    found = [one.state.value for one in rebuild_tables(world.ports, world.ports.core.scenarios["points"])]
    return {state: found.count(state) for state in found}


def test_a_lost_log_is_rebuilt_to_the_same_rows(world: World) -> None:
    """Without its log the table is made anew from commits; an intact one stays as it is."""
    predict(world, "s1", 13, seed=4)
    predict(world, "s2", 9, seed=3)
    before = read_delta(world.home / TABLE)
    assert states(world) == {"intact": 2}
    shutil.rmtree(world.home / TABLE / "_delta_log")
    assert states(world) == {"restored": 2}
    assert read_delta(world.home / TABLE) == before


def older(world: World, commit: Commit) -> None:
    """Put the window where earlier versions of the system kept it: its file beside its plan."""
    lake = world.ports.core.lake
    path = f"windows/points/{commit.window}/{commit.sha256}.parquet"
    with lake.open(commit.path) as source:
        lake.put(path, source)
    blob = lake.stat(commit.path)
    assert blob is not None
    lake.remove(blob.path, blob.etag)
    lake.put(commit_path("points", commit.window), replace(commit, path=path).to_bytes(), if_absent=False)


def test_the_windows_of_an_older_lake_are_taken_in(tmp_path: Path) -> None:
    """A lake that knew no Delta tables, with files beside their plans, gets them; a correction takes such a place."""
    world = served(tmp_path, DELTA_TABLES="off")
    assert not (tmp_path / TABLE / "_delta_log").exists()
    (commit,) = world.ports.prediction.predictions.commits("points")
    older(world, commit)
    world.close()
    world = World(tmp_path)
    assert states(world) == {"restored": 1}
    assert comparable(read_delta(tmp_path / TABLE)) == comparable(as_sql(tmp_path))
    predict(world, "s1", 13, seed=4)
    assert comparable(read_delta(tmp_path / TABLE)) == comparable(as_sql(tmp_path))
    world.close()


def test_a_column_that_is_declared_later_is_added(world: World) -> None:
    """Rows that were predicted before have nothing in it."""
    narrow = replace(POINTS, batch=Batch("drops", "points", POINTS.batch.schedule, report=("x",)))
    other = World(world.home / "other", scenarios={"points": narrow})
    other.handle(other.land("incoming/points/d1/points.csv", points_csv()))
    predict(other, "s1", 3)
    other.close()
    again = World(world.home / "other", scenarios={"points": POINTS})
    predict(again, "s2", 2, seed=3)
    colors = [row["color"] for row in read_delta(world.home / "other" / TABLE)]
    assert colors[:3] == [None] * 3
    assert None not in colors[3:]
    again.close()


def test_a_log_that_nothing_follows_lets_go_all_the_same(world: World) -> None:
    """Where the tables were switched off, what retention and erasure take away is still taken out of them."""
    predict(world, "s2", 9, seed=3)
    first, _ = world.ports.prediction.windows.list("points")
    world.close()
    off = World(world.home, DELTA_TABLES="off")
    predict(off, "s3", 5, seed=5)
    take_out(off.ports, off.ports.core.scenarios["points"], [first.id])
    assert len(read_delta(world.home / TABLE)) == 9
    off.close()


def test_the_setting_is_auto_on_or_off() -> None:
    """Anything else is refused with what would be accepted; by default they follow where their package is there."""
    assert read_delta_tables({}, installed=True)
    assert not read_delta_tables({"DELTA_TABLES": "off"}, installed=True)
    with pytest.raises(Misconfigured, match="DELTA_TABLES is 'maybe'; accepted: auto, on or off"):
        read_delta_tables({"DELTA_TABLES": "maybe"}, installed=True)


def test_without_their_package_the_tables_follow_only_where_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A laptop that has only what a demo needs leaves them out; a setting that wants them says what is missing."""
    monkeypatch.setattr("shared.bootstrap.backends.find_spec", lambda _: None)
    assert not delta_follows({})
    assert not delta_follows({"DELTA_TABLES": "off"})
    with pytest.raises(Misconfigured, match="package deltalake is not installed; accepted: auto, off, or make setup"):
        delta_follows({"DELTA_TABLES": "on"})
