"""Events in the ledger: new ones recorded and repeats dismissed, beside SQLite's own commits to the same disk.

python bench/events.py [--events N] [--rounds N]
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from shared.adapters.sql.database import open_database
from shared.adapters.sql.ledger.ledger import SqlLedger

TTL = timedelta(minutes=5)
# What was promised, as shares of the commits that the disk took a second when it was: 1 000 and 2 000 of 3 900.
BUDGETS = {"new events claimed": 1_000 / 3_900, "repeats dismissed": 2_000 / 3_900}
# An event as the queue brings it.
MESSAGE = "x" * 600


def a_second(count: int, act: Callable[[str], object]) -> float:
    """How many a second, each with a key of its own."""
    started = time.perf_counter()
    for number in range(count):
        act(f"incoming/points/d{number:05}/points.csv@0x8DE25A3C5B19D00")
    return count / (time.perf_counter() - started)


def commits(folder: Path, count: int) -> float:
    """The limit: one row a transaction, on the disk before the next one."""
    connection = sqlite3.connect(folder / "limit.db", isolation_level=None)
    for statement in (
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "CREATE TABLE t (k TEXT PRIMARY KEY, m TEXT)",
    ):
        connection.execute(statement)

    def commit(key: str) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO t VALUES (?, ?)", (key, MESSAGE))
        connection.execute("COMMIT")

    found = a_second(count, commit)
    connection.close()
    return found


def ours(folder: Path, count: int) -> dict[str, float]:
    """Claims of new events, then the same events again, as one worker makes them."""
    engine = open_database(f"sqlite:///{folder}/mlops.db")
    ledger = SqlLedger(engine, lambda: datetime.now(UTC))
    claims = []
    new = a_second(count, lambda key: claims.append(ledger.claim("blob", key, TTL, MESSAGE)))
    for claim in claims:
        ledger.finish(claim, "done", "Registered.")
    again = a_second(count, lambda key: ledger.claim("blob", key, TTL, MESSAGE))
    engine.dispose()
    return {"new events claimed": new, "repeats dismissed": again}


def main() -> None:
    """Measure in turns and print medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    limits: list[float] = []
    found: dict[str, list[float]] = {name: [] for name in BUDGETS}
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as folder:
            limits.append(commits(Path(folder), options.events))
            for name, value in ours(Path(folder), options.events).items():
                found[name].append(value)
    print(f"commits to the disk: {statistics.median(limits):.0f} a second")
    for name, values in found.items():
        ratio = statistics.median(value / limit for value, limit in zip(values, limits, strict=True))
        promised = f"promised {BUDGETS[name]:.2f}: {'kept' if ratio >= BUDGETS[name] else 'missed'}"
        print(f"{name}: {statistics.median(values):.0f} a second, {ratio:.2f} of them ({promised})")


if __name__ == "__main__":
    main()
