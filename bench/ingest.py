"""How fast a drop becomes a dataset version, and how much memory that takes, by the size of the drop.

    python bench/ingest.py [--mb 200 500 5000] [--home FOLDER] [--gzip] [--parquet] [--json FILE]

A drop is CSV files of 100 MB: a key, a time, 8 numbers, 4 whole numbers, 4 categories, a text and the answer. Each size
is ingested by a process of its own. Memory is the process's largest resident set; its files lie on the disk of --home.
"""  # fmt: skip

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv
from pyarrow import parquet as pq

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

from shared.core.scenario import Bar, Batch, Column, Scenario, Table  # noqa: E402 -- the path is set first

_FILE_MB = 100
_ROWS = 100_000
NUMBERS = tuple(f"n{at}" for at in range(8))
WHOLE = tuple(f"w{at}" for at in range(4))
KINDS = tuple(f"c{at}" for at in range(4))
CALLS = Scenario(
    name="calls",
    title="Rows by the gigabyte",
    tables=(
        Table(
            "calls",
            (
                Column("id", "int"),
                Column("at", "time"),
                *(Column(name, "float", nulls=True) for name in NUMBERS),
                *(Column(name, "int") for name in WHOLE),
                *(Column(name, "text") for name in KINDS),
                Column("note", "text", nulls=True),
                Column("y", "text", values=("no", "yes")),
            ),
            key=("id",),
        ),
    ),
    label_table="calls",
    target="y",
    numeric=(*NUMBERS, *WHOLE),
    categorical=KINDS,
    labels=("no", "yes"),
    entity=("id",),
    time="at",
    bar=Bar("auc", 0.6),
    batch=Batch("drops", "calls", "0 */5 * * * *", report=("n0",)),
    request_fields=("id", *NUMBERS, *WHOLE, *KINDS),
)


def main() -> None:
    """Measure each size in a process of its own and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=int, nargs="+", default=[200, 500])
    parser.add_argument("--home", type=Path)
    parser.add_argument("--gzip", action="store_true")
    parser.add_argument("--parquet", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--drop", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.drop:
        print(json.dumps(ingest(asked.drop)))
        return
    found = [_measured(mb, asked) for mb in asked.mb]
    print(f"{'MB':>6} {'rows':>12} {'seconds':>8} {'cpu s':>7} {'rows/s':>9} {'rows/cpu s':>10} {'peak MB':>8}  digest")
    for one in found:
        told = f"{one['mb']:>6} {one['rows']:>12,} {one['seconds']:>8.1f} {one['cpu_seconds']:>7.1f}"
        rates = f"{one['rows'] / one['seconds']:>9,.0f} {one['rows'] / one['cpu_seconds']:>10,.0f}"
        print(f"{told} {rates} {one['peak_mb']:>8}  {one['digest'][:12]}")
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n")


def _measured(mb: int, asked: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=asked.home) as folder:
        home = Path(folder)
        written = write_drop(home / "lake" / "incoming" / "calls" / "d1", mb, parquet=asked.parquet, packed=asked.gzip)
        command = [sys.executable, __file__, "--drop", str(home)]
        done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "TMPDIR": str(home)})
        if done.returncode:
            sys.exit(done.stderr.decode())
        return {"mb": written >> 20, **json.loads(done.stdout.splitlines()[-1])}


def write_drop(folder: Path, mb: int, *, parquet: bool = False, packed: bool = False) -> int:
    """CSV of that size in files of 100 MB, also as Parquet or gzip; returns the bytes as CSV."""
    folder.mkdir(parents=True)
    number, start, total = 0, 0, 0
    while total < mb << 20:
        number += 1
        name, size, tables = folder / f"calls.part{number:03d}.csv", 0, []
        with name.open("wb") as out:
            while size < min(_FILE_MB << 20, (mb << 20) - total):
                rows = _rows(start)
                csv.write_csv(rows, out, csv.WriteOptions(include_header=size == 0, quoting_style="needed"))
                size, start = out.tell(), start + rows.num_rows
                tables += [rows] if parquet else []
        total += size
        if parquet:
            pq.write_table(pa.concat_tables(tables), name.with_suffix(".parquet"))
            name.unlink()
        elif packed:
            subprocess.run(["gzip", "-1", str(name)], check=True)  # noqa: S607 -- the one of the system
    return total


def _rows(start: int) -> pa.Table:
    random = np.random.default_rng(start)
    numbers = random.normal(size=(len(NUMBERS), _ROWS)).round(5)
    y = numbers[0] + random.normal(size=_ROWS) > 0
    kinds = np.array([f"kind {at}" for at in range(40)])
    columns: dict[str, Any] = {"id": np.arange(start, start + _ROWS)}
    columns["at"] = pa.array(1_700_000_000_000_000 + columns["id"] * 1_000_000, pa.timestamp("us"))
    columns |= {name: pa.array(numbers[at], mask=random.random(_ROWS) < at / 100) for at, name in enumerate(NUMBERS)}
    columns |= {name: random.integers(0, 10 ** (at + 2), _ROWS) for at, name in enumerate(WHOLE)}
    columns |= {name: kinds[random.integers(0, 10 * (at + 1), _ROWS)] for at, name in enumerate(KINDS)}
    columns["note"] = [f"call {at % 99_991} about {at % 7}" for at in range(start, start + _ROWS)]
    columns["y"] = np.where(y, "yes", "no")
    return pa.table(columns)


def ingest(home: Path) -> dict[str, Any]:
    """The drop that lies in this home as a dataset version; no model is trained."""
    from world import InlineTrainer, World, blob_event

    trainer = InlineTrainer()
    trainer.silent = True
    world = World(home, scenarios={"calls": CALLS}, trainer=trainer, MAX_FILE_MB="1000000")
    file = min((home / "lake" / "incoming" / "calls" / "d1").iterdir())
    before, began, used = _peak(), time.perf_counter(), time.process_time()
    (blob,) = world.ports.core.lake.list(f"incoming/calls/d1/{file.name}")
    world.handle(blob_event(blob.path, blob.etag, blob.size, container=world.ports.core.container))
    seconds, used = time.perf_counter() - began, time.process_time() - used
    (dataset,) = world.ports.datasets.versions.list("calls")
    return {
        "rows": dataset.rows,
        "seconds": seconds,
        "cpu_seconds": used,
        "peak_mb": _peak(),
        "before_mb": before,
        "digest": dataset.digest,
    }


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


if __name__ == "__main__":
    main()
