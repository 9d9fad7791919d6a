"""Monitoring reads windows block by block: many rows lie on the local disk, and every verdict stays the same."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ports_with import ports_with
from watched_lake import WatchedLake
from world import MARKS, POINTS, World, points_csv

from shared.adapters.tables import ArrowTables, Limits
from shared.core.errors import Corrupt, Missing, Quarantined
from shared.core.lake_reading import read_json
from shared.core.paths import Landing
from shared.core.policies import BadRows
from shared.datasets.rows import whole
from shared.datasets.stored_rows import FileRows, held_rows
from shared.monitoring.drift.scored_rows import batch_window, hour_rows, served_window
from shared.monitoring.drift.window_drift import measure_window
from shared.monitoring.drift.window_profiles import profile_path
from shared.monitoring.late_labels import read_labels
from shared.monitoring.monitor import monitor
from shared.prediction.window_inputs import window_rows, window_table


def test_a_window_on_disk_gets_the_verdicts_of_one_in_memory(tmp_path: Path) -> None:
    """Distances, issues, facts and the kept profile; the second half repeats the first, so that there is an issue."""
    world = World(tmp_path)
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    told = points_csv(200, 2, labelled=False).decode().splitlines()
    again = [f"{900 + number},{line.partition(',')[2]}" for number, line in enumerate(told[1:])]
    world.handle(world.land("scoring/points/s1/points.csv", "\n".join([*told, *again, ""]).encode()))
    (commit,) = world.ports.prediction.predictions.commits("points")
    found = []
    for held, block in ((1 << 30, 1 << 20), (0, 1 << 10)):
        ports = ports_with(world.ports, datasets__tables=ArrowTables(Limits(block_bytes=block)))
        data = batch_window(ports, POINTS, commit, held)
        assert isinstance(data.tables["points"], FileRows) == (held == 0)
        found.append((measure_window(ports, POINTS, data), read_json(ports, profile_path("points", commit.window))))
    assert found[0] == found[1]
    report, profile = found[0]
    assert len(report.drift) > 4
    assert (profile["rows"], len(profile["sketch"])) == (400, 400)


def test_a_window_with_rows_that_were_set_aside_is_monitored(tmp_path: Path) -> None:
    """The rows that were scored are compared."""
    world = World(tmp_path, scenarios={"points": replace(POINTS, bad_rows=BadRows(rows=4))})
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    world.handle(world.land("scoring/points/s1/points.csv", points_csv(200, 2, labelled=False) + b"900,one,red\n"))
    (commit,) = world.ports.prediction.predictions.commits("points")
    monitor(world.ports, "points")
    facts = world.ports.monitoring.measurements.windows("points")
    assert [(one.window, one.rows, one.reason) for one in facts] == [(commit.window, 200, "")]


def test_a_window_without_any_prediction_is_monitored(tmp_path: Path) -> None:
    """All of its rows keep the contract and none can be scored."""
    world = World(tmp_path, scenarios={"points": replace(POINTS, bad_rows=BadRows(rows=9))})
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    world.handle(world.land("scoring/points/s1/points.csv", b"id,x,color\n900,1e300,red\n901,-1e300,red\n"))
    (commit,) = world.ports.prediction.predictions.commits("points")
    monitor(world.ports, "points")
    facts = world.ports.monitoring.measurements.windows("points")
    assert [(one.window, one.rows, one.reason) for one in facts] == [(commit.window, 0, "")]


def test_rows_that_come_with_every_drop_count_once_on_disk_too(tmp_path: Path) -> None:
    """The first of equal rows stays, in its place; a key with two values is refused as before."""
    world = World(tmp_path)
    table = {one.name: one for one in MARKS.scoring_tables}["places"]
    inputs = []
    for drop, lines in (("s1", ("a,1.5", "b,2", "c,")), ("s2", ("b,2", "a,1.5", "d,4", "c,"))):
        path = f"scoring/marks/{drop}/places.csv"
        world.land(path, "\n".join(("place,z", *lines, "")).replace("c,\n", "c,3\n").encode())
        blob = world.ports.core.lake.stat(path)
        assert blob is not None
        inputs.append(f"{path}@{blob.etag}")
    rows = window_rows(world.ports, MARKS, table, inputs, held=0)
    assert whole(rows).column("place").to_pylist() == ["a", "b", "c", "d"]
    assert whole(rows).equals(window_table(world.ports, MARKS, table, inputs))
    world.land("scoring/marks/s3/places.csv", b"place,z\na,7\n")
    blob = world.ports.core.lake.stat("scoring/marks/s3/places.csv")
    assert blob is not None
    with pytest.raises(Quarantined, match="the key place = 'a'"):
        window_rows(world.ports, MARKS, table, [*inputs, f"{blob.path}@{blob.etag}"], held=0)
    with pytest.raises(Missing, match="no file of table places"):
        window_rows(world.ports, MARKS, table, [])


def test_memory_does_not_grow_with_the_window(tmp_path: Path) -> None:
    """Four times the rows hold no more Arrow memory than some blocks."""
    world = World(tmp_path)
    limits = Limits(block_bytes=1 << 15)
    lake = WatchedLake(world.ports.core.lake)
    ports = ports_with(world.ports, core__lake=lake, datasets__tables=ArrowTables(limits))
    peaks = []
    for rows in (80_000, 320_000):
        x = np.random.default_rng(3).normal(size=rows)
        lines = (f"{number},{value:.6f},red" for number, value in enumerate(x))
        path = f"scoring/points/m{rows}/points.csv"
        world.land(path, "\n".join(("id,x,color", *lines, "")).encode())
        blob = world.ports.core.lake.stat(path)
        assert blob is not None
        before, lake.most = pa.total_allocated_bytes(), 0
        found = window_rows(ports, POINTS, POINTS.scoring_table, [f"{path}@{blob.etag}"], held=1 << 16)
        assert found.num_rows == rows
        peaks.append(lake.most - before)
    # The rows take 8 MB; a group of them on its way to the disk is a block.
    assert max(peaks) < 4 << 20
    assert peaks[1] < 2 * peaks[0]


def test_files_of_an_hour_may_differ_in_columns_and_types(tmp_path: Path) -> None:
    """Joined in memory or on the disk they are the same rows; only wanted columns are read."""
    world = World(tmp_path)
    files = [
        pa.table({"model": ["a", "a"], "x": [1, 2], "other": [0, 0]}),
        pa.table({"model": ["b"] * 3, "x": [0.5, None, 2.5], "color": ["red", None, "blue"]}),
    ]
    for number, table in enumerate(files):
        sink = io.BytesIO()
        pq.write_table(table, sink)
        world.ports.core.lake.put(f"served/points/20261130/12/one-{number}.parquet", sink.getvalue())
    wanted = pa.concat_tables([one.select([c for c in one.column_names if c != "other"]) for one in files],
                              promote_options="permissive")  # fmt: skip
    for held in (1 << 20, 1):
        rows = hour_rows(world.ports, "points", "served-2026113012", lambda name: name != "other", held)
        assert whole(rows).equals(wanted)
        assert rows.num_rows == 5
    data = served_window(world.ports, POINTS, "served-2026113012")
    assert (data.model, data.rows) == ("b", 5)
    assert whole(data.tables["served"]).column_names == ["x", "color"]


@pytest.mark.parametrize("held", [1 << 20, 1])
def test_texts_of_an_hour_may_be_encoded_by_dictionary_in_some_files(tmp_path: Path, held: int) -> None:
    """They are the same texts."""
    world = World(tmp_path)
    log(world, pa.table({"model": ["a"], "color": ["red"]}), pa.table({"model": ["a"], "color": ["blue"]}))
    plain = pa.array(["red", None])
    log(world, pa.table({"model": ["b", "b"], "color": plain.dictionary_encode()}))
    rows = hour_rows(world.ports, "points", "served-2026030112", lambda name: name == "color", held)
    assert whole(rows).column("color").combine_chunks().equals(pa.array(["red", "blue", "red", None]))


@pytest.mark.parametrize(
    ("others", "says"),
    [
        (pa.table({"model": ["a"], "x": ["far"]}), "differ in type"),
        (pa.table({"model": pa.array([], pa.string())}), "No requests of points were logged"),
    ],
)
def test_an_hour_that_cannot_be_read_is_told_and_not_tried_again(tmp_path: Path, others: pa.Table, says: str) -> None:
    """Its files hold other types of one column, or none has a row: the window says why, and the round goes on."""
    world = World(tmp_path)
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    log(world, *([pa.table({"model": ["a"], "x": [1.5]})] if others.num_rows else []), others)
    world.clock.advance(hours=2)
    assert monitor(world.ports, "points").windows == ("served-2026030112",)
    (facts,) = world.ports.monitoring.measurements.windows("points")
    assert (facts.rows, says in facts.reason) == (0, True), facts.reason
    assert monitor(world.ports, "points").windows == ()


def log(world: World, *files: pa.Table) -> None:
    """Files of requests of the hour in which the world begins."""
    for table in files:
        sink = io.BytesIO()
        pq.write_table(table, sink)
        number = len([*world.ports.core.lake.list("served/points/")])
        world.ports.core.lake.put(f"served/points/20260301/12/one-{number}.parquet", sink.getvalue())


@pytest.mark.parametrize("most", [0, 100, 1 << 20])
def test_held_rows_are_the_rows_that_came(most: int) -> None:
    """In order, with their types, again and again, also some columns alone."""
    table = pa.table(
        {
            "number": pa.array([1, None, 3] * 50, pa.int64()),
            "text": ["a", None, "ü"] * 50,
            "time": pa.array(range(150), pa.timestamp("us", "UTC")),
        }
    )
    rows = held_rows(table.to_batches(max_chunksize=7), most)
    for _ in range(2):
        assert whole(rows).equals(table)
    assert whole(rows, ["time"]).equals(table.select(["time"]))
    assert whole(held_rows([table.schema.empty_table(), table.schema.empty_table()], most)).num_rows == 0


def test_answers_of_a_changed_file_are_not_compared(tmp_path: Path) -> None:
    """The bytes must be those that were committed."""
    world = World(tmp_path)
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    world.handle(world.land("scoring/points/s1/points.csv", points_csv(50, 2, labelled=False)))
    (commit,) = world.ports.prediction.predictions.commits("points")
    other = pq.read_table(tmp_path / "lake" / commit.path).slice(1)
    sink = io.BytesIO()
    pq.write_table(other, sink)
    world.ports.core.lake.put(commit.path, sink.getvalue(), if_absent=False)
    with pytest.raises(Corrupt, match="is not the file that was committed"):
        batch_window(world.ports, POINTS, commit)


def test_labels_are_read_block_by_block(tmp_path: Path) -> None:
    """All of them in order; a refusal counts the rows of the whole file, and a repeated key is found in any block."""
    table = POINTS.tables[0]
    columns = tuple(replace(one, values=()) if one.name == "y" else one for one in table.columns)
    declared = replace(POINTS, tables=(replace(table, columns=columns),))
    world = World(tmp_path, scenarios={"points": declared})
    ports = ports_with(world.ports, datasets__tables=ArrowTables(Limits(block_bytes=1 << 9)))

    def told(name: str, answers: list[str], last: int) -> pa.Table:
        lines = [f"{number},{answer}" for number, answer in enumerate(answers)] + [f"{last},no", ""]
        where = Landing("actuals", declared, name, "points.csv")
        world.land(f"{where.folder}points.csv", "\n".join(["id,y", *lines]).encode())
        blob = ports.core.lake.stat(f"{where.folder}points.csv")
        assert blob is not None
        rows = read_labels(ports, where, blob)
        assert rows is not None
        return whole(rows)

    answers = ["no", "yes"] * 200
    assert told("a1", answers, 400).to_pydict() == {
        "entity_key": [*map(str, range(401))],
        "epoch": [0] * 401,
        "actual": [*answers, "no"],
    }
    with pytest.raises(Quarantined, match="data row 300, column 'y': 'maybe' is no label"):
        told("a2", [*answers[:299], "maybe", *answers[300:]], 400)
    with pytest.raises(Quarantined, match="the key id = '3' is in data row 4 and again in data row 401"):
        told("a3", answers, 3)
