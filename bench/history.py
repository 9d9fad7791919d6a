"""How long the first page, status, history and impact take when a system has lived long, on SQLite.

    python bench/history.py [--lines 10000000] [--windows 100000] [--home FOLDER]

The journal gets four lines for each of its keys; windows are those of one scenario. They are
written in bulk beside one real drop and window. Prints processor time, of the first answer and the median of the next
ones; each question meets fresh ports.
"""  # fmt: skip

from __future__ import annotations

import argparse
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

from shared.core.ledger import EntryFilter  # noqa: E402 -- the path is set first
from shared.monitoring.monitor import monitor  # noqa: E402 -- the path is set first
from shared.operations.following import followed  # noqa: E402 -- the path is set first
from shared.operations.reconcile import reconcile  # noqa: E402 -- the path is set first
from shared.operations.status import status  # noqa: E402 -- the path is set first
from shared.operations.tracing import impact  # noqa: E402 -- the path is set first
from shared.operations.views import view  # noqa: E402 -- the path is set first
from shared.ports import Ports  # noqa: E402 -- the path is set first

_STATES = "CASE WHEN n % 500 = 0 THEN 'failed' WHEN n % 5000 = 1 THEN 'quarantined' ELSE 'done' END"
_KEY = (
    "CASE n % 5 WHEN 0 THEN 'points/d' || n || '@0123456789ab' WHEN 1 THEN 'points/w' || n "
    "ELSE 'incoming/points/d' || n || '/points.csv@' || printf('%032x', n) END"
)
_KIND = "CASE n % 5 WHEN 0 THEN 'drop' WHEN 1 THEN 'window' ELSE 'blob' END"
_REASON = "'What became of it, in a sentence with a number: ' || n"
_AT = "datetime('2025-01-01', '+' || n || ' seconds') || '.000000'"
_NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)"


def main() -> None:
    """Fill a state and ask it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--windows", type=int, default=100_000)
    parser.add_argument("--models", type=int, default=1, help="how many models scored those windows, in turns")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--home", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.home) as folder:
        home = Path(folder)
        world = World(home)
        world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
        world.handle(world.land("scoring/points/first/points.csv", points_csv(10, seed=2, labelled=False)))
        monitor(world.ports, "points")
        world.close()
        began = time.perf_counter()
        with closing(sqlite3.connect(home / "mlops.db")) as database:
            fill(database, asked.lines // 4, asked.windows, asked.models)
        size = (home / "mlops.db").stat().st_size >> 20
        print(f"{asked.lines:,} lines, {asked.windows:,} windows: {size} MB in {time.perf_counter() - began:.0f} s")
        print(f"{'question':34} {'first ms':>9} {'median ms':>10}")
        for name, question in questions(asked.lines // 4).items():
            _measure(name, home, question, asked.repeats)


def questions(keys: int) -> dict[str, Callable[[Ports], object]]:
    """What people and timers ask."""
    drop = f"points/d{keys // 10 * 5}@"
    return {
        "first page": lambda ports: view(ports, "overview", {}),
        "page of history": lambda ports: view(ports, "history", {"scenario": "points"}),
        "page of predictions": lambda ports: view(ports, "predictions", {"scenario": "points"}),
        "mlops status": status,
        "mlops history": lambda ports: ports.core.history.entries(),
        "mlops history, failed": lambda ports: ports.core.history.entries(200, EntryFilter(state="failed")),
        "mlops history, a rare kind": lambda ports: ports.core.history.entries(200, EntryFilter(kind="deployment")),
        "mlops history --why DROP": lambda ports: followed(ports, drop),
        "mlops impact MODEL": lambda ports: impact(ports, "points:1", 20),
        "a round of monitoring": lambda ports: monitor(ports, "points"),
        "the sweep of data": reconcile,
    }


def fill(database: sqlite3.Connection, keys: int, windows: int, models: int) -> None:
    """Write journal, ledger, windows, commits and what monitoring found of them."""
    database.execute("PRAGMA synchronous=OFF")
    last = database.execute("SELECT max(id) FROM journal").fetchone()[0]
    for number, state in enumerate(("'queued'", "'in_progress'", "'in_progress'", _STATES)):
        values = f"{last} + 4 * (n - 1) + {number + 1}, {_AT}, {_KIND}, {_KEY}, {state}, {_REASON}, 1"
        _insert(database, "journal (id, at, kind, key, state, reason, attempt)", values, keys)
    columns = "kind, key, state, reason, at, attempts, repeats, token, message, detail, last"
    values = f"{_KIND}, {_KEY}, {_STATES}, {_REASON}, {_AT}, 1, 0, '', '', '{{}}', {last} + 4 * n"
    _insert(database, f"ledger ({columns})", values, keys)
    for table, own in (
        ("window", {"id": "'w' || n", "ordinal": "n + 1"}),
        ("prediction_commit", {"window": "'w' || n", "ordinal": "n + 1", "model": f"'points:' || (n % {models} + 1)"}),
        ("prediction_revision", {"window": "'w' || n", "base": "'w' || n"}),
        ("prediction_source", {"window": "'w' || n", "path": "'scoring/points/d' || n || '/points.csv'"}),
        ("monitored_window", {"window": "'w' || n", "ordinal": "n + 1"}),
        ("quality", {"window": "'w' || n", "ordinal": "n + 1", "state": "'final'"}),
    ):
        names = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        values = ", ".join(own.get(name, f'"{name}"') for name in names)
        _insert(database, table, values, windows, f", (SELECT * FROM {table} LIMIT 1)")  # noqa: S608 -- a fixed name


def _insert(database: sqlite3.Connection, into: str, values: str, rows: int, beside: str = "") -> None:
    database.execute(f"{_NUMBERS} INSERT INTO {into} SELECT {values} FROM numbers{beside}", (rows,))  # noqa: S608 -- our own texts
    database.commit()


def _measure(name: str, home: Path, question: Callable[[Ports], object], repeats: int) -> None:
    times = []
    for _ in range(repeats + 1):
        world = World(home)
        began = time.process_time()
        question(world.ports)
        times.append(1000 * (time.process_time() - began))
        world.close()
    print(f"{name:34} {times[0]:9.0f} {statistics.median(times[1:]):10.0f}", flush=True)


if __name__ == "__main__":
    main()
