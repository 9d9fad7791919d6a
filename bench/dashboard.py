"""How much processor time the dashboard's pages take on the server with many predictions, windows and versions.

    python bench/dashboard.py [--rows 1000000] [--windows 1000] [--versions 30] [--repeats 7]

Fills a SQLite database in bulk (rows, windows and commits, as loading would have written them), then asks each page the
way the function does: view, and JSON. Then the same in the tests' crowded world: 200 scored and watched windows, 50
features, and as many versions more. Prints the first answer of fresh ports and the median of the next ones.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parent.parent / place) for place in ("", "tests/support")]

from crowded_world import ALL, DROP, NAME, crowd, evaluate, rows  # noqa: E402 -- the path is set first
from world import World  # noqa: E402 -- the path is set first

from model_training.scenarios import SCENARIOS  # noqa: E402 -- the path is set first
from shared.bootstrap import build_ports  # noqa: E402 -- the path is set first
from shared.core.scenario import Scenario  # noqa: E402 -- the path is set first
from shared.operations.views import VIEWS, view  # noqa: E402 -- the path is set first
from shared.ports import Ports  # noqa: E402 -- the path is set first
from shared.prediction.window import Commit, Window  # noqa: E402 -- the path is set first
from shared.serving.prediction_rows import PredictionColumn, first_id, is_committed, prediction_columns  # noqa: E402 -- the path is set first

SCENARIO = "iiot_quality"
BUDGET_MS = 300
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--windows", type=int, default=1000)
    parser.add_argument("--versions", type=int, default=30)
    parser.add_argument("--repeats", type=int, default=7)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environ = {"MLOPS_HOME": folder, "TRAINER_URL": "none:"}
        fill(build_ports(environ, SCENARIOS), folder, asked.rows, asked.windows)
        print(f"{asked.rows:,} predictions in {asked.windows:,} windows")
        # Fresh ports: nothing is remembered from filling.
        report(build_ports(environ, SCENARIOS), SCENARIO, asked.repeats)
    with tempfile.TemporaryDirectory() as folder:
        crowded(Path(folder), asked.versions)
        print(f"200 windows, 50 features, {asked.versions + 2} versions")
        report(build_ports({"MLOPS_HOME": folder, "TRAINER_URL": "none:"}, ALL), NAME, asked.repeats)


def crowded(home: Path, versions: int) -> None:
    """The crowded world of the tests, with so many datasets, runs and models more."""
    world = World(home, scenarios=ALL)
    crowd(world)
    for number in range(versions):
        world.clock.advance(minutes=10)
        world.handle(world.land(f"incoming/{NAME}/{DROP}_{number + 3}/{NAME}.csv", rows(60, number + 3)))
    evaluate(world)


def report(ports: Ports, scenario: str, repeats: int) -> None:
    """One line a page; the first page has a budget."""
    print(f"{'page':12} {'first ms':>9} {'median ms':>10} {'kB':>7}")
    for page in VIEWS:
        times, size = [], 0
        for _ in range(repeats + 1):
            began = time.process_time()
            size = len(json.dumps(view(ports, page, {"scenario": scenario} if page != "overview" else {})))
            times.append(1000 * (time.process_time() - began))
        verdict = ("kept" if times[0] < BUDGET_MS else "missed") if page == "overview" else ""
        print(f"{page:12} {times[0]:9.0f} {statistics.median(times[1:]):10.0f} {size / 1000:7.1f} {verdict}")


def fill(ports: Ports, folder: str, rows: int, windows: int) -> None:
    """Write windows, commits and rows."""
    import sqlite3
    from contextlib import closing

    scenario, each = SCENARIOS[SCENARIO], rows // windows
    ports.prediction.predictions.prepare(scenario)
    for number in range(1, windows + 1):
        ports.prediction.windows.claim(
            Window(SCENARIO, f"w{number:06}", 0, (), "planned", BEGAN + timedelta(minutes=5 * number))
        )
    marks = ",".join("?" * len(stored(scenario)))
    with closing(sqlite3.connect(Path(folder) / "mlops.db")) as database, database:
        for number in range(1, windows + 1):
            rows_of = (row(scenario, number, each, at) for at in range(each))
            database.executemany(f"INSERT INTO predictions_{SCENARIO} VALUES ({marks})", rows_of)  # noqa: S608
            told = commit(number, each)
            fields = told.row()
            fields["scored_at"] = told.scored_at.replace(tzinfo=None).isoformat(" ")
            columns = ",".join(f'"{name}"' for name in fields)
            holes = ",".join("?" * len(fields))
            database.execute(f"INSERT INTO prediction_commit ({columns}) VALUES ({holes})", list(fields.values()))  # noqa: S608
        database.execute("UPDATE window SET state = 'committed'")


def row(scenario: Scenario, number: int, each: int, at: int) -> list[Any]:
    """One prediction row with values that differ."""
    values = {
        "prediction_id": first_id(number) + at,
        "entity_key": str(at),
        "prediction": at % 2,
    }
    given = {"text": "x", "time": "2026-01-01 00:00:00.000000"}
    return [
        values.get(column.name, given.get(column.kind, (number * each + at) % 997 / 997)) for column in stored(scenario)
    ]


def stored(scenario: Scenario) -> list[PredictionColumn]:
    """The columns that SQL has for each row."""
    return [column for column in prediction_columns(scenario) if not is_committed(column)]


def commit(number: int, each: int) -> Commit:
    """The commit of a window."""
    scored = BEGAN + timedelta(minutes=5 * number)
    return Commit(
        scenario=SCENARIO,
        window=f"w{number:06}",
        ordinal=number,
        path="p",
        sha256=f"{number:064}",
        rows=each,
        failed_rows=0,
        plan_sha256="0" * 64,
        model=f"{SCENARIO}:1",
        model_sha256="0" * 64,
        run="r",
        dataset="d",
        scored_at=scored,
    )


if __name__ == "__main__":
    main()
