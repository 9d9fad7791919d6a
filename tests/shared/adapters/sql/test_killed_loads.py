"""kill -9 in the middle of a load into SQLite: the window is there as before, or not at all; then it is loaded."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import killed_loads
import pyarrow.parquet as pq
import pytest
from contracts.stores import SqlStores
from contracts.test_actuals_contract import AT, file_of, predict
from earlier_rows import as_before, repeating
from forks import ALONE
from killed_loads import COMMIT, DECLARED, GROUP_ROWS, ROWS, Read, put
from sampling import Sample
from sqlalchemy import Engine, text

from shared.adapters.sql.database import open_database
from shared.adapters.sql.prediction.predictions import SqlPredictions

TABLE = "predictions_late_labels"
POINTS = 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A database with a window before this one, and one that has this one too, in rows of before revision 18."""
    file = file_of(list(range(ROWS)), COMMIT.window, COMMIT.ordinal, AT)
    pq.write_table(pq.read_table(file), tmp_path / "rows.parquet", row_group_size=GROUP_ROWS)
    for verb in ("load", "restore"):
        engine = opened(tmp_path, verb)
        predict(SqlStores(engine), DECLARED, [1, 2, 3])
        if verb == "restore":
            put(engine, "load", Read(file.getvalue()))
            as_before(engine, DECLARED.name, TABLE, {2})
            SqlPredictions(engine).prepare(DECLARED)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
    return tmp_path


def opened(folder: Path, name: str) -> Engine:
    """The database of that name."""
    return open_database(f"sqlite:///{folder}/{name}.db")


def seen(engine: Engine) -> tuple[int, int]:
    """Rows of the table, and rows that reports see."""
    with engine.connect() as connection:
        counts = [connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in (TABLE, f"v_{TABLE}")]  # noqa: S608 - our own names
    return counts[0] or 0, counts[1] or 0


@pytest.mark.fault(45)
def test_a_load_that_is_killed_leaves_what_was_there(folder: Path, sample: Sample) -> None:
    """At reads of the file between its rows, and before COMMIT; a restored window keeps its earlier rows till then."""
    whole = Read((folder / "rows.parquet").read_bytes())
    engine = opened(folder, "whole")
    put(engine, "load", whole)
    engine.dispose()
    points: list[int | None] = [*sample(range(2, whole.reads + 1), POINTS, "reads of a loaded file"), None]
    lives = [(f"{verb}-{point}", verb, point) for verb in ("load", "restore") for point in points]
    (folder / "lives.json").write_text(json.dumps(lives))
    line = [sys.executable, str(Path(killed_loads.__file__)), str(folder)]
    paths = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run(
        line, env=os.environ | ALONE | {"PYTHONPATH": paths}, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [signal.SIGKILL] * len(lives)
    for name, verb, _ in lives:
        engine = opened(folder, name)
        there = 3 if verb == "load" else 3 + ROWS
        assert seen(engine) == (there, there), name
        assert verb == "load" or repeating(engine, TABLE) == ROWS
        put(engine, verb, Read(whole.getvalue()))
        assert seen(engine) == (3 + ROWS, 3 + ROWS)
        assert verb == "load" or repeating(engine, TABLE) == 0
        engine.dispose()
