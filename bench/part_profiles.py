"""What the profile of all rows of a dataset version costs on top of 1, 10 or 50 parts that were described before.

    python bench/part_profiles.py [--rows 20000] [--parts 1 10 50]

Generated bank rows land as drops on a folder and SQLite. Beside it all rows are described at once, as they were before
anything was kept of parts.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from model_training.scenarios import SCENARIOS
from shared.bootstrap import build_ports
from shared.core.paths import Landing
from shared.core.scenario import GeneratorOptions
from shared.datasets.reading import table_rows
from shared.intake.ingest import ingest
from shared.ports import Ports
from shared.profiles.part_profiles import table_facts

BANK = SCENARIOS["bank_marketing"]


class Read:
    """Port `Lake` in front of another one: the files of tables that were opened, and their bytes."""

    def __init__(self, lake: Any) -> None:
        self._lake, self.bytes, self.paths = lake, 0, list[str]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lake, name)

    def open(self, path: str, *, etag: str | None = None) -> BinaryIO:
        """The lake's blob, counted."""
        found: BinaryIO = self._lake.open(path, etag=etag)
        self.paths.append(path)
        self.bytes += self._lake.stat(path).size
        return found


@dataclass(frozen=True, slots=True)
class Cost:
    """Rows and bytes that were read, and processor seconds."""

    rows: int
    bytes: int
    seconds: float


def land(ports: Ports, number: int, rows: int) -> None:
    """One more drop becomes a version."""
    assert BANK.generate is not None  # noqa: S101 - the scenario has a generator
    sink, name = io.BytesIO(), f"drop-{number:04}"
    pq.write_table(BANK.generate(rows, number + 1, GeneratorOptions())["clients"], sink)
    ports.core.lake.put(f"incoming/{BANK.name}/{name}/clients.parquet", sink.getvalue())
    outcome = ingest(ports, Landing("incoming", BANK, name, ""))
    if outcome.state != "done":
        raise SystemExit(f"{name}: {outcome.state}: {outcome.reason}")


def cost(ports: Ports, work: Callable[[Ports], Any]) -> Cost:
    """What the work reads and takes."""
    lake = Read(ports.core.lake)
    watched = replace(ports, core=replace(ports.core, lake=lake))
    before = time.process_time()
    work(watched)
    seconds = time.process_time() - before
    rows = {part.path: part.rows for table in newest(ports).tables for part in table.parts}
    return Cost(sum(rows.get(path, 0) for path in lake.paths), lake.bytes, seconds)


def newest(ports: Ports) -> Any:
    """The version that stands."""
    return ports.datasets.versions.list(BANK.name)[-1]


def at_once(ports: Ports) -> None:
    """All rows described, and their repeats found, without what is known of parts."""
    for table in newest(ports).tables:
        rows = table_rows(ports.core.lake, BANK, table)
        ports.profiles.profiler.describe(rows)
        ports.profiles.profiler.rows(rows)


def report(ports: Ports, wanted: list[int], rows: int) -> Iterator[str]:
    """A line for each number of parts that were there before."""
    yield "| parts before | rows read | of all rows | kB read | ms of the processor | all at once, ms | ratio |"
    yield "|---|---|---|---|---|---|---|"
    for number in range(max(wanted) + 1):
        land(ports, number, rows)
        if number not in wanted:
            table_facts(ports, newest(ports))
            continue
        now = cost(ports, lambda ports: table_facts(ports, newest(ports)))
        whole = cost(ports, at_once)
        told = f"| {now.rows} | {now.rows / newest(ports).rows:.2f} | {now.bytes / 1e3:.0f} "
        ratio = now.seconds / whole.seconds
        yield f"| {number} {told}| {1e3 * now.seconds:.0f} | {1e3 * whole.seconds:.0f} | {ratio:.2f} |"


def main() -> None:
    """Take the drops, and print what a version on top of them costs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000, help="rows of each part")
    parser.add_argument("--parts", type=int, nargs="+", default=[1, 10, 50], help="parts that came before")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="part-profiles-") as home:
        settings = {"MLOPS_HOME": home, "TRAINER_URL": "none:", "QUIET_SECONDS": "0", "LOG_SAMPLE": "0"}
        ports = build_ports(settings, {BANK.name: BANK})
        for line in report(ports, chosen.parts, chosen.rows):
            print(line, flush=True)
        sizes = [
            sum(file.stat().st_size for file in Path(home).rglob(f"*.{end}")) for end in ("parquet", "index", "profile")
        ]
        print("\nStored, MB: parts {:.1f}, indexes {:.1f}, profiles {:.1f}.".format(*(size / 1e6 for size in sizes)))


if __name__ == "__main__":
    main()
