"""What an increment costs when many came before it: ingest time and storage of the first and of the last ones.

    python bench/increments.py [--increments 200] [--rows 2000] [--format parquet]

Generated bank rows land as drops, one after the other, and are taken by the workflow of the functions, on a folder and
SQLite. 200 drops of 50 000 rows as CSV are a history of about 1 GB.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from model_training.scenarios import SCENARIOS
from shared.bootstrap import build_ports
from shared.core.paths import Landing
from shared.core.scenario import GeneratorOptions
from shared.intake.ingest import ingest
from shared.ports import Ports

BANK = SCENARIOS["bank_marketing"]
# So many increments at either end are compared.
ENDS = 20
PROMISED = 1.5


@dataclass(frozen=True, slots=True)
class Cost:
    """One increment: bytes that landed, processor seconds, wall seconds, and bytes that the lake grew by beside it."""

    landed: int
    cpu: float
    wall: float
    stored: int


def costs(ports: Ports, increments: int, rows: int, kind: str) -> Iterator[Cost]:
    """The cost of each increment in turn."""
    before = 0
    for number in range(increments):
        assert BANK.generate is not None  # noqa: S101 - the scenario has a generator
        table = BANK.generate(rows, number + 1, GeneratorOptions())["clients"]
        content, name = encoded(table, kind), f"drop-{number:04}"
        ports.core.lake.put(f"incoming/{BANK.name}/{name}/clients.{kind}", content)
        cpu, wall = time.process_time(), time.perf_counter()
        outcome = ingest(ports, Landing("incoming", BANK, name, ""))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        if outcome.state != "done":
            raise SystemExit(f"{name}: {outcome.state}: {outcome.reason}")
        after = sum(blob.size for area in ("tables/", "datasets/") for blob in ports.core.lake.list(area))
        yield Cost(len(content), cpu, wall, after - before)
        before = after


def encoded(table: pa.Table, kind: str) -> bytes:
    """The rows as a file of that kind."""
    sink = io.BytesIO()
    if kind == "csv":
        pacsv.write_csv(table, sink)
    else:
        pq.write_table(table, sink)
    return sink.getvalue()


def report(found: Sequence[Cost]) -> Iterator[str]:
    """First and last increments beside each other, as Markdown."""
    first, last = found[1 : ENDS + 1], found[-ENDS:]
    yield "| median of an increment | first | last | last / first |\n|---|---|---|---|"
    for words, unit, value in (
        ("processor time", "ms", lambda cost: 1_000 * cost.cpu),
        ("wall time", "ms", lambda cost: 1_000 * cost.wall),
        ("stored (parts, indexes, manifests, reports)", "kB", lambda cost: cost.stored / 1_000),
    ):
        one, other = (median(map(value, costs)) for costs in (first, last))
        yield f"| {words}, {unit} | {one:.0f} | {other:.0f} | {other / one:.2f} |"
    landed, stored = sum(cost.landed for cost in found), sum(cost.stored for cost in found)
    yield f"\nStored in all: {stored / 1e6:.1f} MB for {landed / 1e6:.1f} MB that landed ({stored / landed:.2f})."


def main() -> None:
    """Take the increments, and print what they cost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--increments", type=int, default=200)
    parser.add_argument("--rows", type=int, default=2_000, help="rows of each")
    parser.add_argument("--format", choices=("csv", "parquet"), default="csv")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="increments-") as home:
        settings = {"MLOPS_HOME": home, "TRAINER_URL": "none:", "QUIET_SECONDS": "0", "LOG_SAMPLE": "0"}
        ports = build_ports(settings, {BANK.name: BANK})
        found = list(costs(ports, chosen.increments, chosen.rows, chosen.format))
    print(f"{len(found)} increments of {chosen.rows} rows.\n")
    print("\n".join(report(found)))


if __name__ == "__main__":
    main()
