"""Whether every engine gives the same rows of one large window, how fast each is, and how much memory it takes.

    python bench/engines.py [--rows N] [--files 5] [--home FOLDER] [--spark 'local-cluster[2,1,1024]'] [--json FILE]

The window is planned and cut once. Then each engine scores all of its shards: this process; the entry script of Azure
ML's parallel job in two processes; Spark with each --spark. Rows are compared shard by shard with those of this
process: count, ids, answers, and how far probabilities lie apart. At the end the window is committed as a whole.
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
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from shards import BLOCK, SCENARIO, SCENARIOS, csv_of, trees

from shared import dispatch, due_work
from shared.adapters.azureml.scorer import tasks_folder
from shared.adapters.detached import repository
from shared.adapters.onnx.scoring import OnnxScoring
from shared.adapters.process_scorer import ProcessScorer
from shared.adapters.spark_scorer import SparkScorer
from shared.bootstrap import build_ports
from shared.core.errors import Missing
from shared.core.paths import predictions_folder
from shared.ports import Ports
from shared.prediction.commits import whole_commit
from shared.prediction.shard import ScoredShard, ShardWork, receipts_folder
from shared.prediction.sharding.attempts import newest_work, scored_shards
from shared.serving.deployment import Deployment

ENTRY = """
import json, sys
from model_training.engines import parallel_entry
parallel_entry.init()
parallel_entry.run(json.load(sys.stdin))
"""


@dataclass(frozen=True, slots=True)
class Compared:
    """How the rows of an engine differ from those of this process."""

    rows: int
    same_files: int
    other_ids: int
    other_answers: int
    farthest: float


class Held:
    """An engine that does nothing: the window is cut, and its attempt is described."""

    def started(self, work: ShardWork) -> bool:  # noqa: ARG002 - the port's signature
        """Return False: nothing is under way."""
        return False

    def alive(self, work: ShardWork) -> bool:  # noqa: ARG002 - the port's signature
        """Return False: nothing is under way."""
        return False

    def submit(self, work: ShardWork) -> None:
        """Do nothing."""

    def cancel(self, work: ShardWork) -> None:
        """Do nothing."""


def main() -> None:
    """Cut, score by each engine, compare, commit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=50_000_000)
    parser.add_argument("--files", type=int, default=5)
    parser.add_argument("--spark", action="append", default=[], metavar="MASTER")
    parser.add_argument("--home", type=Path)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mlops-bench-", dir=asked.home) as folder:
        home = Path(folder)
        ports = _landed(home, asked.rows, asked.files)
        found = _measured(ports, home, asked.spark)
    for one in found:
        print(json.dumps(one))
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n")


def _measured(ports: Ports, home: Path, masters: Sequence[str]) -> list[dict[str, Any]]:
    cut, work = _timed(lambda: _cut(ports))
    rows = sum(shard.rows for shard in work.shards)
    found = [_told("cut", rows, cut, shards=len(work.shards))]
    base: dict[int, ScoredShard] = {}
    for name, score in _engines(ports, home, masters):
        _forget(ports, work)
        seconds, _ = _timed(lambda score=score: score(work))
        scored = scored_shards(ports, work.scenario, work.window)
        if not base:
            base = scored
            (home / "lake" / predictions_folder(work.scenario, work.window)).rename(home / "first")
        compared = _compared(home, base, scored)
        found.append({**_told(name, rows, seconds), **asdict(compared)})
        print(json.dumps(found[-1]), flush=True)
    seconds, commit = _timed(lambda: _committed(ports))
    assert commit.rows == rows  # noqa: S101 - a measurement of less would be none
    return [*found, _told("commit", rows, seconds, ids=_count_ids(home, work, whole_commit(ports, commit).shards))]


def _engines(ports: Ports, home: Path, masters: Sequence[str]) -> list[tuple[str, Callable[[ShardWork], None]]]:
    core = ports.core
    here = ProcessScorer(core.lake, OnnxScoring(), core.scenarios, core.clock, timedelta(days=1))
    named = [("process", here.submit), ("Azure ML's entry script, 2 processes", lambda work: _entry(ports, home, work))]
    return named + [(f"spark:{master}", lambda work, master=master: _spark(home, master, work)) for master in masters]


def _landed(home: Path, rows: int, files: int) -> Ports:
    """A model in service, and files to score."""
    environ = {"MLOPS_HOME": str(home), "TRAINER_URL": "none:", "SCORER_ROWS": "1", "SQL_ROWS": "none"}
    ports, made = build_ports({**os.environ, **environ}, SCENARIOS), trees()
    model = ports.training.registry.register(made)
    at = datetime.now(UTC)
    ports.release.deployments.promote(
        Deployment(SCENARIO.name, 1, SCENARIO.name, model.version, model.sha256, at, "", "")
    )
    drop = home / "lake" / "scoring" / SCENARIO.name / "s"
    drop.mkdir(parents=True)
    for number in range(1, files + 1):
        name = f"{SCENARIO.batch.table}.{number}of{files}.csv" if files > 1 else f"{SCENARIO.batch.table}.csv"
        csv_of(rows // files // BLOCK * BLOCK, drop / name)
    return ports


def _round(ports: Ports) -> None:
    for message in due_work.plan(ports):
        dispatch.on_window(ports, message)


def _cut(ports: Ports) -> ShardWork:
    """Rounds of the timer until every file is cut."""
    held = replace(ports, prediction=replace(ports.prediction, engine=Held()))
    while True:
        _round(held)
        (window,) = ports.prediction.windows.list(SCENARIO.name)
        if (work := newest_work(ports, SCENARIO.name, window.id)) is not None:
            return work


def _committed(ports: Ports) -> Any:
    while not (commits := ports.prediction.predictions.commits(SCENARIO.name)):
        _round(ports)
    return commits[0]


def _forget(ports: Ports, work: ShardWork) -> None:
    """Take receipts and predictions out, so that the next engine finds nothing."""
    for folder in (receipts_folder(work.scenario, work.window), predictions_folder(work.scenario, work.window)):
        for blob in list(ports.core.lake.list(folder)):
            ports.core.lake.remove(blob.path, blob.etag)


def _entry(ports: Ports, home: Path, work: ShardWork) -> None:
    """What the service does: the entry script in two processes, each with files of its own."""
    for shard in work.shards:
        content = json.dumps(asdict(shard)).encode()
        ports.core.lake.put(f"{tasks_folder(work)}{shard.number:06d}.json", content)
    files = [str(home / "lake" / f"{tasks_folder(work)}{shard.number:06d}.json") for shard in work.shards]
    command = [sys.executable, "-c", ENTRY, "--lake", f"file:{home / 'lake'}", "--work", work.path]
    environ = {**os.environ, "PYTHONPATH": str(repository())}
    running = [subprocess.Popen(command, stdin=subprocess.PIPE, env=environ) for _ in range(2)]
    for number, process in enumerate(running):
        assert process.stdin is not None  # noqa: S101 - a pipe was asked for
        process.stdin.write(json.dumps(files[number::2]).encode())
        process.stdin.close()
    if sum(process.wait() for process in running):
        sys.exit("The entry script failed.")


def _spark(home: Path, master: str, work: ShardWork) -> None:
    engine = SparkScorer(home, master, f"file:{home / 'lake'}", "default", os.environ)
    log = (home / "spark.log").open("wb")
    done = subprocess.run(engine.command(work), env=engine.driver_environ(), stdout=log, stderr=log, check=False)
    if done.returncode:
        sys.exit((home / "spark.log").read_text()[-3000:])


def _compared(home: Path, base: dict[int, ScoredShard], scored: dict[int, ScoredShard]) -> Compared:
    if base.keys() != scored.keys():
        raise Missing(f"{len(scored)} of {len(base)} shards are scored.")
    same = [number for number, one in scored.items() if one.sha256 == base[number].sha256]
    ids = answers = 0
    farthest = 0.0
    for number in scored.keys() - set(same):
        there = pq.read_table(home / "first" / Path(base[number].path).name)
        here = pq.read_table(home / "lake" / scored[number].path)
        ids += int(not there["prediction_id"].equals(here["prediction_id"]))
        answers += int((there["prediction"].to_numpy() != here["prediction"].to_numpy()).sum())
        apart = np.abs(there["probability"].to_numpy() - here["probability"].to_numpy()).max()
        farthest = max(farthest, float(apart))
    return Compared(sum(one.rows for one in scored.values()), len(same), ids, answers, farthest)


def _count_ids(home: Path, work: ShardWork, files: Sequence[Any]) -> str:
    """The ids of the window are those of its rows in order, each once."""
    expected = work.first_id
    for file in files:
        ids = pq.read_table(home / "lake" / file.path, columns=["prediction_id"])["prediction_id"].to_numpy()
        if not np.array_equal(ids, np.arange(expected, expected + len(ids))):
            return f"others in {file.path}"
        expected += len(ids)
    return f"{expected - work.first_id} in order"


def _timed(work: Callable[[], Any]) -> tuple[tuple[float, float], Any]:
    """Clock and processor seconds, also of children that were waited for."""
    at, used = time.perf_counter(), _cpu()
    found = work()
    return (time.perf_counter() - at, _cpu() - used), found


def _cpu() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def _told(step: str, rows: int, seconds: tuple[float, float], **facts: Any) -> dict[str, Any]:
    clock, used = seconds
    return {
        "step": step,
        "rows": rows,
        "seconds": round(clock, 1),
        "rows_per_second": round(rows / clock),
        "cpu_seconds": round(used, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
        "child_peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10,
        "load": round(os.getloadavg()[0], 1),
        **facts,
    }


if __name__ == "__main__":
    main()
