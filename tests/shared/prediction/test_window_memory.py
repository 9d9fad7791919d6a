"""A window is read, scored and loaded as a stream: its memory does not grow with its rows."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from big_window import BALLAST
from pyarrow import csv
from world import PRICES, World, prices_csv

from shared.adapters.tables import ArrowTables
from shared.serving.deployed_model import load_deployed
from shared.serving.ports import BatchJob, Provenance
from shared.serving.prediction_rows import first_id

ROOT = Path(__file__).resolve().parents[3]
FEW, MANY = 60_000, 600_000


def _rows(count: int) -> pa.Table:
    random = np.random.default_rng(9)
    x, z = random.normal(size=(2, count)).round(4)
    return pa.table({"id": np.arange(count), "x": x, "z": z})


def _write(folder: Path, ending: str, rows: pa.Table) -> Path:
    path = folder / f"prices-{rows.num_rows}.{ending}"
    (csv.write_csv if ending == "csv" else pq.write_table)(rows, path)
    return path


def _wide(count: int) -> pa.Table:
    """With columns beside the inputs, so that the whole window would be many times what its predictions are."""
    rows = _rows(count)
    for name in BALLAST:
        rows = rows.append_column(name, rows["x"])
    return rows


def _score_apart(folder: Path, rows: Path) -> Any:
    paths = os.pathsep.join((str(ROOT), str(ROOT / "tests" / "support")))
    command = [
        sys.executable,
        str(ROOT / "tests" / "support" / "big_window.py"),
        str(folder / f"home-{rows.stem}"),
        str(rows),
    ]
    done = subprocess.run(command, capture_output=True, check=True, env={**os.environ, "PYTHONPATH": paths})
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.sampled(1)
@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_memory_does_not_grow_with_the_window(tmp_path: Path, ending: str) -> None:
    """Ten times the rows, from file to SQL, take a fifth more memory at most, and 40 MB that the allocator keeps."""
    few, many = (_score_apart(tmp_path, _write(tmp_path, ending, _wide(count))) for count in (FEW, MANY))
    assert (few["rows"], many["rows"]) == (FEW, MANY)
    assert many["peak"] <= 1.2 * few["peak"] + 40


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_stream_and_a_whole_table_give_equal_bytes(world: World, tmp_path: Path, ending: str) -> None:
    """The committed file is what scoring the same rows in one piece writes."""
    world.handle(world.land("incoming/prices/d1/prices.csv", prices_csv()))
    path = _write(tmp_path, ending, _rows(2 * FEW))
    world.handle(world.land(f"scoring/prices/s1/{path.name}", path.read_bytes()))
    (commit,) = world.ports.prediction.predictions.commits("prices")
    current = world.ports.release.deployments.current("prices")
    assert current is not None
    serving = load_deployed(world.ports, current)
    origin = Provenance(commit.run, commit.model, commit.model_sha256, commit.dataset, commit.scored_at)
    with path.open("rb") as source:
        table = ArrowTables().read(source, path.name, PRICES.scoring_table)
    out = io.BytesIO()
    job = BatchJob(PRICES, commit.window, first_id(commit.ordinal), origin, table=table)
    world.ports.serving.scoring.batch(serving.loaded, job, out)
    with world.ports.core.lake.open(commit.path) as source:
        assert source.read() == out.getvalue()


def test_a_refusal_in_the_middle_leaves_nothing_but_its_record(world: World) -> None:
    """Blocks before the bad row were scored: no Parquet, no commit, no row in SQL; the reason is kept."""
    world.handle(world.land("incoming/prices/d1/prices.csv", prices_csv()))
    sink = io.BytesIO()
    csv.write_csv(_rows(3 * FEW), sink)
    content = sink.getvalue().replace(b"\n140000,", b"\n140000,oops,", 1)
    world.handle(world.land("scoring/prices/s1/prices.csv", content))
    (window,) = world.ports.prediction.windows.list("prices")
    assert window.state == "quarantined"
    assert "line 140002" in window.reason
    kept = [blob.name for blob in world.ports.core.lake.list("windows/prices/")]
    assert kept == ["plan.json"]
    assert world.ports.prediction.predictions.commits("prices") == []
