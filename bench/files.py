"""Thousands of files to score land at once: how long until all are final, and how many messages that takes.

    python bench/files.py [--files 10000] [--home FOLDER]

A small model of generated calls serves. Then the files land, each a drop of its own, while the real functions run on
the local host at its default schedules. Prints how everything ended, the messages of each queue beside the different
ones among them, and when each tenth of the windows was final: equal steps mean that a file costs the same in a large
backlog.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

SCENARIO, TABLE = "bank_marketing", "clients"
SETTINGS = {"APPROVALS": "none", "TRAINING_PROFILE": "demo", "LOG_SAMPLE": "0"}
_LEARNED, _ROWS = 2000, 5
_TENTHS = 10
_COUNTED = """
CREATE TABLE IF NOT EXISTS sent (queue TEXT, body TEXT);
CREATE TRIGGER IF NOT EXISTS count_sent AFTER INSERT ON messages BEGIN
    INSERT INTO sent VALUES (new.queue, new.body);
END;
"""


def csv_of(rows: int, seed: int, *, labelled: bool) -> bytes:
    """Generated calls."""
    import pyarrow.csv as pacsv
    from pyarrow import BufferOutputStream

    from model_training.scenarios import SCENARIOS
    from shared.core.scenario import GeneratorOptions

    scenario, sink = SCENARIOS[SCENARIO], BufferOutputStream()
    generate = scenario.generate or (lambda *_: {})
    table = dict(generate(rows, seed, GeneratorOptions()))[TABLE]
    pacsv.write_csv(table if labelled else table.drop_columns([scenario.target]), sink)
    return bytes(sink.getvalue().to_pybytes())


def deploy(home: Path, environ: Mapping[str, str]) -> None:
    """A model learns and serves."""
    file = home / "learn.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(csv_of(_LEARNED, 1, labelled=True))
    line = [sys.executable, "-m", "local.cli", "drop", SCENARIO, str(file), "--wait"]
    subprocess.run(line, cwd=ROOT, env={**os.environ, **environ}, check=True)


def land(home: Path, files: int) -> None:
    """Each file is another one, so that none is the same bytes again."""
    head, *rows = csv_of(_ROWS * min(files, 500), 2, labelled=False).splitlines()
    for number in range(files):
        first = (number * _ROWS) % (len(rows) - _ROWS + 1)
        chosen = [*rows[first : first + _ROWS], rows[number % len(rows)]]
        folder = home / "lake" / "scoring" / SCENARIO / f"d{number:05}"
        folder.mkdir(parents=True)
        partial = folder / f".{TABLE}.csv"
        partial.write_bytes(b"\n".join([head, *chosen, b""]))
        partial.rename(folder / f"{TABLE}.csv")


def final(home: Path) -> Iterator[int]:
    """How many windows are committed, again and again."""
    with closing(sqlite3.connect(home / "mlops.db", timeout=30)) as state:
        while True:
            yield state.execute('SELECT count(*) FROM "window" WHERE state = ?', ("committed",)).fetchone()[0]


def run(home: Path, environ: Mapping[str, str], files: int, patience: float) -> list[float]:
    """Land the files before the eyes of a running host; the seconds after which each tenth was final."""
    from local.console.session import DEFAULTS
    from local.host.events.subscriptions import SUBSCRIPTIONS
    from local.host.functions_host import Host

    host = Host(ROOT, home, {**DEFAULTS, **environ}, port=0, subscriptions=SUBSCRIPTIONS)
    host.start()
    times: list[float] = []
    try:
        with closing(sqlite3.connect(home / "host.db", timeout=30)) as memory:
            memory.executescript(_COUNTED)
        began = time.perf_counter()
        land(home, files)
        for done in final(home):
            while len(times) < _TENTHS and done >= files * (len(times) + 1) / _TENTHS:
                times.append(time.perf_counter() - began)
            if (done >= files and host.idle()) or time.perf_counter() - began > patience:
                return times
            time.sleep(0.2)
    finally:
        host.stop()
    return times


def tell(home: Path, files: int, times: list[float]) -> None:
    """What was measured."""
    with closing(sqlite3.connect(home / "mlops.db")) as state:
        for name, count in state.execute('SELECT state, count(*) FROM "window" GROUP BY state'):
            print(f"{count:>7} windows {name}")
    with closing(sqlite3.connect(home / "host.db")) as memory:
        query = "SELECT queue, count(*), count(DISTINCT body) FROM sent GROUP BY queue ORDER BY queue"
        for queue, count, distinct in memory.execute(query):
            print(f"{count:>7} messages in {queue}, {distinct} different: {count / distinct:.3f} of each")
    print("a tenth after each of: " + ", ".join(f"{seconds:.0f} s" for seconds in times))
    if times:
        print(f"{files * len(times) / _TENTHS / times[-1]:.1f} files/s")


def main() -> None:
    """Deploy, land, wait, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--patience", type=float, default=7200.0, help="the most seconds to wait")
    parser.add_argument("--home", type=Path, help="where its state stays; else a folder that is removed")
    chosen = parser.parse_args()
    home = chosen.home or Path(tempfile.mkdtemp(prefix="files-"))
    environ = {"MLOPS_HOME": str(home), **SETTINGS}
    deploy(home, environ)
    times = run(home, environ, chosen.files, chosen.patience)
    tell(home, chosen.files, times)
    if not chosen.home:
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
