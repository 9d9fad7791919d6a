"""How long trace and impact take with ten million predictions in SQLite.

    python bench/lineage.py [--rows 10000000] [--windows 1000] [--home FOLDER]

The state is written in bulk around one real window: rows, commits, versions and inputs as the loop writes them.
"unread" is the first question of fresh ports, when the system holds nothing of the database file in memory (Linux).
"""  # fmt: skip

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

from world import World, points_csv  # noqa: E402 -- the path is set first

from shared.operations.tracing import impact, trace  # noqa: E402 -- the path is set first
from shared.serving.prediction_rows import first_id  # noqa: E402 -- the path is set first

REPEATS = 15


def main() -> None:
    """Fill a state and ask it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--windows", type=int, default=1_000)
    parser.add_argument("--home", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = asked.home or Path(folder)
        world = World(home)
        world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
        world.handle(world.land("scoring/points/first/points.csv", points_csv(10, seed=2, labelled=False)))
        began = time.perf_counter()
        fill(home / "mlops.db", asked.rows, asked.windows)
        print(f"filled in {time.perf_counter() - began:.0f} s; {(home / 'mlops.db').stat().st_size >> 20} MB")
        ask(home, asked.rows, asked.windows)


def fill(database: Path, rows: int, windows: int) -> None:
    """Multiply the one window; prediction ids are ordered, so the table grows at its end only."""
    each = rows // windows
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        names = [row[1] for row in connection.execute("PRAGMA table_info(predictions_points)")]
        sample = dict(zip(names, connection.execute("select * from predictions_points").fetchone(), strict=True))
        put = f"insert into predictions_points values ({', '.join('?' * len(names))})"  # noqa: S608 - no values
        for number in range(2, windows + 2):
            start = first_id(number)
            columns = [
                (start + n, *(str(n) if name == "entity_key" else sample[name] for name in names[1:]))
                for n in range(each)
            ]
            connection.executemany(put, columns)
            for table, extra in (
                ("window", "id"),
                ("prediction_commit", "window"),
                ("prediction_revision", "window"),
                ("prediction_source", "window"),
            ):
                _copy(connection, table, {extra: f"w{number}"}, number, each)
            connection.commit()


def _copy(connection: sqlite3.Connection, table: str, changed: dict[str, str], number: int, rows: int) -> None:
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    first = dict(zip(names, connection.execute(f"select * from {table} limit 1").fetchone(), strict=True))  # noqa: S608 - a fixed name
    ours = {"ordinal": number, "rows": rows, "base": f"w{number}", "path": f"scoring/points/w{number}/points.csv"}
    values = {**first, **{name: value for name, value in ours.items() if name in first}, **changed}
    quoted = ", ".join(f'"{name}"' for name in names)
    marks = ", ".join("?" * len(names))
    connection.execute(f"insert into {table} ({quoted}) values ({marks})", [values[name] for name in names])  # noqa: S608 - fixed names


def ask(home: Path, rows: int, windows: int) -> None:
    """Time the questions on ids and windows all over the table, and check that the answers are theirs."""
    ports, fresh = World(home).ports, [World(home).ports for _ in range(6)]
    ids = [first_id(2 + n * (windows - 1) // REPEATS) + 7 for n in range(REPEATS)]
    (dataset,) = ports.datasets.versions.list("points")
    counted: list[int] = []
    paths = [f"scoring/points/w{2 + n}/points.csv" for n in range(REPEATS)]

    def forget() -> None:
        for file in home.glob("mlops.db*"):
            forgotten(file)

    results = {
        "unread: trace, one row": measure(
            [
                lambda one=one, asked=asked: trace(asked, one, "points")
                for one, asked in zip(ids, fresh[:3], strict=False)
            ],
            forget,
        ),
        "unread: impact, the model of all": measure(
            [lambda asked=asked: impact(asked, "points:1") for asked in fresh[3:]], forget
        ),
        "trace, one row": measure([lambda one=one: trace(ports, one, "points") for one in ids]),
        "impact, a scoring file": measure([lambda one=one: impact(ports, one) for one in paths]),
        "impact, the model of all": measure([lambda: counted.append(impact(ports, "points:1").predictions)] * 3),
        "impact, the dataset of all": measure([lambda: impact(ports, dataset.id)] * 3),
        "impact, a file to learn from": measure([lambda: impact(ports, dataset.sources[0].partition("@")[0])] * 3),
    }
    if set(counted) != {rows // windows * windows + 10}:
        raise SystemExit(f"impact counted {set(counted)} predictions")
    print(json.dumps({"rows": rows, "windows": windows, "milliseconds": results}, indent=1))


def forgotten(file: Path) -> None:
    """The file is on the disk only: what the system kept of it in memory is dropped."""
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())
        os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def measure(questions: list[Callable[[], object]], before: Callable[[], None] = lambda: None) -> dict[str, float]:
    """Median and largest of the questions' times, in milliseconds; `before` each of them, untimed."""
    times = []
    for question in questions:
        before()
        began = time.perf_counter()
        question()
        times.append(1000 * (time.perf_counter() - began))
    return {"median": round(statistics.median(times), 1), "largest": round(max(times), 1)}


if __name__ == "__main__":
    main()
