"""Events in the ledger: new ones recorded and repeats dismissed, beside SQLite's own commits to the same disk.

python bench/events.py [--events N] [--rounds N] [--workers N] [--home FOLDER]

One worker claims alone, so each claim waits for the disk; then several at once, whose claims share its commits.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))
from shared.adapters.sql.database import open_database
from shared.adapters.sql.ledger.ledger import SqlLedger
from shared.core.wording import counted

TTL = timedelta(minutes=5)
# What was promised, as shares of the commits that the disk takes a second.
BUDGETS = {"new": 0.5, "repeats": 1.2}
# An event as the queue brings it.
MESSAGE = "x" * 600


@dataclass(frozen=True, slots=True)
class Speed:
    """How many a second by the clock, and microseconds of the processor for one."""

    a_second: float
    micros: float


def speed(count: int, act: Callable[[str], object], workers: int = 1) -> Speed:
    """Of acts with a key of their own, by so many workers at once."""
    keys = [f"incoming/points/d{number:05}/points.csv@0x8DE25A3C5B19D00" for number in range(count)]

    def work(mine: Sequence[str]) -> None:
        for key in mine:
            act(key)

    with ThreadPoolExecutor(workers) as pool:
        started, processor = time.perf_counter(), time.process_time()
        list(pool.map(work, [keys[first::workers] for first in range(workers)]))
        seconds, used = time.perf_counter() - started, time.process_time() - processor
    return Speed(count / seconds, used / count * 1e6)


def commits(folder: Path, count: int) -> Speed:
    """The limit: one row a transaction, on the disk before the next one."""
    file = folder / "limit.db"
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
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

    found = speed(count, commit)
    connection.close()
    file.unlink()
    return found


def ours(folder: Path, count: int, workers: int) -> dict[str, Speed]:
    """Claims of new events, then the same events again."""
    engine = open_database(f"sqlite:///{folder}/{workers}.db")
    ledger = SqlLedger(engine, lambda: datetime.now(UTC))
    claims: list[Any] = []
    new = speed(count, lambda key: claims.append(ledger.claim("blob", key, TTL, MESSAGE)), workers)
    for claim in claims:
        ledger.finish(claim, "done", "Registered.")
    again = speed(count, lambda key: ledger.claim("blob", key, TTL, MESSAGE), workers)
    engine.dispose()
    return {"new": new, "repeats": again}


def measured(folder: Path, count: int, workers: Sequence[int]) -> dict[tuple[int, str], Speed]:
    """One round: the disk's commits as (0, ""), then each number of workers."""
    found = {(0, ""): commits(folder, count)}
    for number in workers:
        found |= {(number, what): value for what, value in ours(folder, count, number).items()}
    return found


def main() -> None:
    """Measure in turns and print medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--home", type=Path, help="a folder on the disk to measure; else the one for temporary files")
    chosen = parser.parse_args()
    rounds = []
    for _ in range(chosen.rounds):
        with tempfile.TemporaryDirectory(dir=chosen.home) as folder:
            rounds.append(measured(Path(folder), chosen.events, chosen.workers))
    for workers, what in rounds[0]:
        _tell(workers, what, rounds)


def _tell(workers: int, what: str, rounds: Sequence[dict[tuple[int, str], Speed]]) -> None:
    found = [one[workers, what] for one in rounds]
    rate = statistics.median(one.a_second for one in found)
    micros = statistics.median(one.micros for one in found)
    facts = f"{rate:.0f} a second, {micros:.0f} µs of the processor"
    if not workers:
        print(f"commits to the disk: {facts}")
        return
    ratio = statistics.median(one[workers, what].a_second / one[0, ""].a_second for one in rounds)
    kept = "kept" if ratio >= BUDGETS[what] else "missed"
    print(f"{what}, {counted(workers, 'worker')}: {facts}, {ratio:.2f} of the commits ({BUDGETS[what]}: {kept})")


if __name__ == "__main__":
    main()
