"""A drop is read, checked, described and written block by block; the size of a block changes nothing but the memory."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from increments import Drops, csv_of
from ports_with import ports_with
from watched_lake import WatchedLake
from world import POINTS

from shared.adapters.tables import ArrowTables, Limits
from shared.core.drops import drop_files
from shared.core.errors import Quarantined
from shared.core.scenario import Column, Scenario
from shared.datasets.head import Head
from shared.intake.arrivals import by_table
from shared.intake.drop_tables import DropTable, read_drop
from shared.ports import Ports

ROOT = Path(__file__).resolve().parents[3]
_TABLE = POINTS.tables[0]
NULLABLE = replace(
    POINTS,
    tables=(
        replace(
            _TABLE,
            columns=(
                Column("id", "int"),
                Column("x", "float", nulls=True),
                Column("color", "text", nulls=True),
                Column("y", "text", values=("no", "yes")),
            ),
        ),
    ),
)
WITHOUT_KEY = replace(NULLABLE, tables=(replace(NULLABLE.tables[0], key=()),))
TINY = tuple(Limits(block_bytes=size, block_rows=rows) for size, rows in ((40, 1), (97, 3), (700, 16)))
CELLS = st.tuples(
    st.integers(0, 40),
    st.none() | st.sampled_from([0.5, -1.25, 2.0]),
    st.none() | st.sampled_from(["red", "blue", 'a "b",\nc']),
    st.sampled_from(["yes", "no"]),
)


@dataclass(frozen=True)
class Read:
    """What a drop is to everything behind the reader, as plain values."""

    refusal: tuple[str, str] | None
    sha256: str = ""
    index: bytes = b""
    repeats: int = 0
    described: object = None


@pytest.fixture(scope="module")
def drops(tmp_path_factory: pytest.TempPathFactory) -> Drops:
    """One home; each example lands under its own name."""
    return Drops(tmp_path_factory.mktemp("home"), NULLABLE)


def read(drops: Drops, scenario: Scenario, drop: str, limits: Limits | None) -> Read:
    """The drop read with these blocks; None: as they are."""
    ports = drops.ports if limits is None else ports_with(drops.ports, datasets__tables=ArrowTables(limits))
    try:
        (found,) = tables_of(ports, scenario, drop).values()
    except Quarantined as fault:
        return Read((fault.reason_code, fault.reason))
    described = drops.ports.profiles.profiler.describe(replace(found.rows, block=5)).profile.to_json()
    with found.index.open() as source:
        return Read(None, found.rows.sha256, source.read(), found.repeats, described)


def tables_of(ports: Ports, scenario: Scenario, drop: str) -> dict[str, DropTable]:
    """The tables of the drop that landed."""
    where = Drops.landing(scenario, drop)
    return read_drop(ports, where, by_table(where, drop_files(ports, where)), Head(scenario.name), {})


@settings(max_examples=12, deadline=None)
@given(
    rows=st.lists(CELLS, min_size=1, max_size=40),
    cut=st.integers(0, 40),
    spoiled=st.none() | st.integers(0, 39),
    ending=st.sampled_from(["csv", "parquet"]),
    key=st.sampled_from([(), ("id",)]),
)
def test_blocks_of_any_size_give_the_same_drop(  # noqa: PLR0917 -- what an example is made of
    drops: Drops,
    rows: Sequence[tuple[int, float, str, str]],
    cut: int,
    spoiled: int | None,
    ending: str,
    key: tuple[str, ...],
) -> None:
    """Parts, indexes, repeats, profiles and every sentence of a refusal are those of the files read at once."""
    scenario = NULLABLE if key else WITHOUT_KEY
    table = _table([(*row[:3], "maybe" if at == spoiled else row[3]) for at, row in enumerate(rows)])
    drop = f"d{abs(hash((tuple(rows), cut, spoiled, ending)))}"
    for number, part in enumerate(one for one in (table.slice(0, cut), table.slice(cut)) if one.num_rows):
        path = f"incoming/points/{drop}/points.{number}.{ending}"
        drops.ports.core.lake.put(path, csv_of(part) if ending == "csv" else _parquet(part))
    wanted = read(drops, scenario, drop, None)
    assert [read(drops, scenario, drop, limits) for limits in TINY] == [wanted] * len(TINY)


def _table(rows: Sequence[tuple[int, float, str, str]]) -> pa.Table:
    schema = pa.schema([("id", pa.int64()), ("x", pa.float64()), ("color", pa.string()), ("y", pa.string())])
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema)


def _parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, row_group_size=4)
    return sink.getvalue()


def test_memory_does_not_grow_with_the_drop(drops: Drops) -> None:
    """However many rows there are: Arrow holds no more than a few blocks. How many at once is up to its threads."""
    block = 1 << 16
    limits = Limits(block_bytes=block, group_bytes=block)
    lake = WatchedLake(drops.ports.core.lake)
    ports = ports_with(drops.ports, core__lake=lake, datasets__tables=ArrowTables(limits))
    peaks = []
    for rows in (10_000, 80_000):
        random = np.random.default_rng(3)
        colors, y = ["red", "blue"] * (rows // 2), np.where(random.random(rows) > 0.5, "yes", "no")
        table = pa.table({"id": np.arange(rows), "x": random.normal(size=rows), "color": colors, "y": y})
        drops.ports.core.lake.put(f"incoming/points/m{rows}/points.csv", csv_of(table))
        del table
        before, lake.most = pa.total_allocated_bytes(), 0
        (found,) = tables_of(ports, NULLABLE, f"m{rows}").values()
        assert found.rows.num_rows == rows
        peaks.append(lake.most - before)
    # All rows of the second take 3 MB, or 46 blocks.
    assert max(peaks) < 6 * block


@pytest.mark.whole_only
def test_the_memory_of_a_process_does_not_grow_with_the_drop(tmp_path: Path) -> None:
    """200 MB and 400 MB of CSV become dataset versions with the same peak, below 1 GB."""
    command = [sys.executable, str(ROOT / "bench" / "ingest.py"), "--mb", "200", "400", "--home", str(tmp_path)]
    done = subprocess.run([*command, "--json", str(tmp_path / "told.json")], check=True, capture_output=True)
    assert done.stdout
    few, many = json.loads((tmp_path / "told.json").read_text())
    assert many["peak_mb"] < min(1.3 * few["peak_mb"], 1_000)
