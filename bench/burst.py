"""A burst of events through the whole local intake: Event Grid's twin, the queue, the workers, the ledger.

    python bench/burst.py [--events 10000] [--home FOLDER]

Four fifths tell of labelled files that are there, in two schemas and many times over; the others of files that are
gone, or are no events at all, at Event Grid's door and on the queue. The real functions run on the local host; nothing
is trained. Prints how everything ended, events a second beside the commits that the disk took before and after it,
processor time, and the peak memory of the process.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench.events import commits

ROOT = Path(__file__).resolve().parent.parent
SCENARIO, TABLE = "bank_marketing", "clients"
# No timer fires meanwhile, and nothing trains: only what the events ask for is done.
NEVER = "0 0 0 1 1 *"
SETTINGS = {
    "PLAN_SCHEDULE": NEVER,
    "RECONCILE_SCHEDULE": NEVER,
    "MONITOR_SCHEDULE": NEVER,
    "RETENTION_SCHEDULE": NEVER,
    "TRAINER_URL": "none:",
    "APPROVALS": "none",
    # Each drop is one file, and no sweep would take it later.
    "QUIET_SECONDS": "0",
}
_ROWS = 40
_REPEATS = 80
_SPOOLED = 500
_COMMITS = 500


@dataclass(frozen=True, slots=True)
class Burst:
    """What is sent: events by where they come in, and how many of each sort."""

    grid: Sequence[Mapping[str, Any]]
    malformed: Sequence[Any]
    queue: Sequence[str]
    drops: int
    gone: int

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.grid) + len(self.malformed) + len(self.queue)


@dataclass(frozen=True, slots=True)
class Result:
    """How it ended: ledger entries by (kind, state), what was counted as a repetition, and what is left anywhere."""

    seconds: float
    processor: float
    states: Mapping[tuple[str, str], int]
    repeats: int
    dead_letters: int
    left: Mapping[str, int]
    peak_mb: float


def make(home: Path, events: int) -> Burst:
    """Files in the lake of that home, and the events about them."""
    drops, gone, broken = max(1, events * 8 // 10 // _REPEATS), events // 10, events // 20
    paths = [f"incoming/{SCENARIO}/d{number:04}/{TABLE}.csv" for number in range(drops)]
    for number, path in enumerate(paths):
        file = home / "lake" / path
        file.parent.mkdir(parents=True)
        # Every second file repeats the content of the one before it under another name.
        file.write_bytes(_csv(number // 2))
    told = [path for number in range(events - gone - 2 * broken) for path in [paths[number % drops]]]
    missing = [f"incoming/{SCENARIO}/gone{number:05}/{TABLE}.csv" for number in range(gone)]
    grid = [_event(path, number) for number, path in enumerate([*told, *missing])]
    malformed: list[Any] = [_MALFORMED[number % len(_MALFORMED)] for number in range(broken)]
    queue = [_ON_THE_QUEUE[number % len(_ON_THE_QUEUE)].replace("#", str(number)) for number in range(broken)]
    return Burst(grid, malformed, queue, drops, gone)


_MALFORMED: tuple[Any, ...] = ({}, {"id": 7, "eventType": "x"}, {"specversion": "1.0", "id": "x"}, "text", None)
_ON_THE_QUEUE = (
    "no JSON #",
    "[#]",
    '{"id": "#"}',
    '{"specversion": "1.0", "id": "#", "type": 4}',
    '{"id": "#", "eventType"',
)


def _csv(seed: int) -> bytes:
    import pyarrow.csv as pacsv
    from pyarrow import BufferOutputStream

    from model_training.scenarios import SCENARIOS
    from shared.core.scenario import GeneratorOptions

    generate = SCENARIOS[SCENARIO].generate
    sink = BufferOutputStream()
    pacsv.write_csv(dict(generate(_ROWS, seed, GeneratorOptions()))[TABLE], sink)
    return sink.getvalue().to_pybytes()


def _event(path: str, number: int) -> Mapping[str, Any]:
    """A created blob, in either schema; no event says which version it was, as with old subscriptions."""
    subject = f"/blobServices/default/containers/mlops/blobs/{path}"
    data = {"api": "PutBlob", "contentLength": 1, "sequencer": f"{number:032x}"}
    kind, when = "Microsoft.Storage.BlobCreated", "2026-03-01T12:00:00Z"
    if number % 2:
        common = {"specversion": "1.0", "source": "/subscriptions/x", "type": kind, "time": when}
        return {**common, "id": f"e{number}", "subject": subject, "data": data}
    common = {
        "topic": "/subscriptions/x",
        "eventType": kind,
        "eventTime": when,
        "dataVersion": "",
        "metadataVersion": "1",
    }
    return {**common, "id": f"e{number}", "subject": subject, "data": data}


def run(home: Path, burst: Burst, patience: float = 3600.0) -> Result:
    """Send everything at once and wait until nothing is due."""
    from local.host.events.subscriptions import SUBSCRIPTIONS
    from local.host.functions_host import Host

    host = Host(ROOT, home, {"MLOPS_HOME": str(home), **SETTINGS}, port=0, subscriptions=SUBSCRIPTIONS)
    host.start()
    try:
        began, processor = time.perf_counter(), time.process_time()
        _spool(home, burst)
        host.put("data-events", *burst.queue)
        host.wake()
        while not host.idle():
            if time.perf_counter() - began > patience:
                sys.exit(f"After {patience:.0f} s something is still due; the home {home} shows what.")
            time.sleep(0.05)
        seconds, used = time.perf_counter() - began, time.process_time() - processor
    finally:
        host.stop()
    return _told(home, seconds, used)


def _spool(home: Path, burst: Burst) -> None:
    inbox = home / "eventgrid" / "inbox"
    for number, part in enumerate(_parts(burst.grid, _SPOOLED)):
        _write(inbox / f"burst-{number:05}.json", part)
    for number, one in enumerate(burst.malformed):
        _write(inbox / f"malformed-{number:05}.json", one)


def _parts(values: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (values[start : start + size] for start in range(0, len(values), size))


def _write(path: Path, value: Any) -> None:
    partial = path.with_name(f".{path.name}")
    partial.write_text(json.dumps(value))
    partial.replace(path)


def _told(home: Path, seconds: float, processor: float) -> Result:
    with closing(sqlite3.connect(home / "mlops.db")) as state:
        rows = state.execute("SELECT kind, state, count(*), sum(repeats) FROM ledger GROUP BY kind, state").fetchall()
    with closing(sqlite3.connect(home / "host.db")) as host:
        left = {
            "messages": host.execute("SELECT count(*) FROM messages WHERE queue NOT LIKE '%-poison'").fetchone()[0],
            "poison": host.execute("SELECT count(*) FROM messages WHERE queue LIKE '%-poison'").fetchone()[0],
            "deliveries": host.execute("SELECT count(*) FROM deliveries").fetchone()[0],
            "spooled": len(list((home / "eventgrid" / "inbox").glob("burst-*"))),
        }
    states = Counter({(kind, state): count for kind, state, count, _ in rows})
    letters = len(list((home / "eventgrid" / "deadletter").glob("*.json")))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Result(seconds, processor, states, sum(row[3] or 0 for row in rows), letters, left, peak)


def main() -> None:
    """Send, wait, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--home", type=Path, help="where its state stays; else a folder that is removed")
    chosen = parser.parse_args()
    home = chosen.home or Path(tempfile.mkdtemp(prefix="burst-"))
    burst = make(home, chosen.events)
    print(
        f"{burst.size} events: {burst.drops} files told {_REPEATS} times, {burst.gone} gone, "
        f"{len(burst.malformed) + len(burst.queue)} malformed"
    )
    before = commits(home, _COMMITS).a_second
    result = run(home, burst)
    after = commits(home, _COMMITS).a_second
    for (kind, state), count in sorted(result.states.items()):
        print(f"{count:>7} {kind} {state}")
    print(f"{result.repeats:>7} repetitions, {result.dead_letters} dead letters, left anywhere: {dict(result.left)}")
    rate, millis = burst.size / result.seconds, result.processor / burst.size * 1e3
    used = f"{millis:.2f} ms of the processor each, peak {result.peak_mb:.0f} MB"
    print(f"{rate:.0f} events/s, {result.seconds:.0f} s, {used}")
    share = rate / ((before + after) / 2)
    print(f"{share:.2f} of the disk's commits, which were {before:.0f} and {after:.0f} a second before and after")
    if not chosen.home:
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
