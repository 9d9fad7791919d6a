"""What a shard costs: processor seconds to cut, score and load a million rows, in this process and on Spark.

python bench/shards.py [--rows N] [--spark local[1] --spark local-cluster[2,1,1024]] [--no-process]

Processor seconds of all processes are told beside those of the clock: they say what a node would need that has nothing
else to do. Generated rows of bank_marketing, LightGBM with 100 trees.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from model_training.scenarios import SCENARIOS
from shared import dispatch, due_work
from shared.adapters.spark_scorer import SparkScorer
from shared.bootstrap import build_ports
from shared.core.scenario import GeneratorOptions
from shared.serving.deployment import Deployment
from shared.training.input_contract import Feature, InputContract
from shared.training.model import Artefact

SCENARIO = SCENARIOS["bank_marketing"]
BLOCK = 50_000


def cpu() -> float:
    """Processor seconds of this process and of all children that were waited for."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


class Stopwatch:
    """Processor and clock seconds of what ran inside."""

    def __init__(self) -> None:
        self.cpu = self.clock = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count what the block takes."""
        at, clock = cpu(), time.perf_counter()
        yield
        self.cpu += cpu() - at
        self.clock += time.perf_counter() - clock


class Timed:
    """An engine whose submissions are timed; a Spark driver is waited for."""

    def __init__(self, engine) -> None:  # noqa: ANN001 - any engine
        self.engine, self.watch = engine, Stopwatch()

    def started(self, work) -> bool:  # noqa: ANN001, ARG002 - the port's signature
        """Never: each call submits what is left."""
        return False

    def alive(self, work) -> bool:  # noqa: ANN001, ARG002
        """Never: a submission ends before it returns."""
        return False

    def submit(self, work) -> None:  # noqa: ANN001
        """Submit and wait."""
        with self.watch.running():
            if not isinstance(self.engine, SparkScorer):
                self.engine.submit(work)
                return
            subprocess.run(self.engine.command(work), env=self.engine.driver_environ(), check=True, capture_output=True)


def trees() -> Artefact:
    """A LightGBM model of generated rows, as a registered model."""
    import lightgbm
    import numpy as np
    from onnxmltools import convert_lightgbm
    from onnxmltools.convert.common.data_types import FloatTensorType

    from shared.training.encoding import encode

    table = SCENARIO.generate(20_000, 1, GeneratorOptions())[SCENARIO.batch.table]
    features = [
        Feature(name, "number")
        if name in SCENARIO.numeric
        else Feature(name, "category", tuple(sorted(set(table[name].to_pylist()))))
        for name in SCENARIO.features
    ]
    contract = InputContract(tuple(features), SCENARIO.labels)
    X = encode(table, contract)
    y = np.array([SCENARIO.labels.index(str(value)) for value in table[SCENARIO.target].to_pylist()])
    model = lightgbm.LGBMClassifier(n_estimators=100, verbose=-1).fit(X, y)
    takes = [("input", FloatTensorType([None, X.shape[1]]))]
    onnx = convert_lightgbm(model, initial_types=takes, zipmap=False, target_opset=15).SerializeToString()
    facts = {"sha256": hashlib.sha256(onnx).hexdigest(), "contract": contract.to_json(), "task": "binary"}
    return Artefact(SCENARIO.name, "r", "d", onnx, {**facts, "run": "r", "dataset": "d", "golden": {"rows": []}}, {})


def csv_of(rows: int, path: Path) -> None:
    """Generated rows without answers, repeated."""
    import pyarrow as pa
    from pyarrow import csv

    table = SCENARIO.generate(BLOCK, 2, GeneratorOptions())[SCENARIO.batch.table]
    table = table.select([column.name for column in SCENARIO.scoring_table.columns])
    sink = pa.BufferOutputStream()
    csv.write_csv(table, sink)
    head, _, body = sink.getvalue().to_pybytes().partition(b"\n")
    with path.open("wb") as out:
        out.write(head + b"\n")
        for _ in range(rows // BLOCK):
            out.write(body)


def measure(folder: Path, made: Artefact, rows: Path, url: str, sql: str) -> tuple[Stopwatch, Stopwatch]:
    """The whole window, and of that the engine."""
    home = folder / f"{url.translate(str.maketrans(':[],', '----'))}-{sql}"
    environ = {"MLOPS_HOME": str(home), "TRAINER_URL": "none:", "SCORER_ROWS": "1", "SCORER_URL": url, "SQL_ROWS": sql}
    ports = build_ports({**os.environ, **environ}, SCENARIOS)
    model = ports.training.registry.register(made)
    at = datetime.now(UTC)
    ports.release.deployments.promote(
        Deployment(SCENARIO.name, 1, SCENARIO.name, model.version, model.sha256, at, "", "")
    )
    with rows.open("rb") as source:
        ports.core.lake.put(f"scoring/{SCENARIO.name}/s/{SCENARIO.batch.table}.csv", source)
    engine, whole = Timed(ports.prediction.engine), Stopwatch()
    ports = replace(ports, prediction=replace(ports.prediction, engine=engine))
    with whole.running():
        for message in due_work.plan(ports):
            dispatch.on_window(ports, message)
    (commit,) = ports.prediction.predictions.commits(SCENARIO.name)
    assert commit.rows  # noqa: S101 - a measurement of nothing would be none
    shutil.rmtree(home)
    return whole, engine.watch


def told(name: str, rows: int, seconds: float, clock: float) -> None:
    """A line of the table."""
    million = seconds / rows * 1e6
    print(f"{name:36} {million:8.2f} {1e6 / million:12,.0f} {rows / clock:12,.0f}")


def main() -> None:
    """Print what a million rows cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--spark", action="append", default=[], metavar="MASTER")
    parser.add_argument("--no-process", action="store_true")
    options = parser.parse_args()
    rows = options.rows // BLOCK * BLOCK
    with tempfile.TemporaryDirectory(prefix="mlops-bench-") as place:
        folder, made = Path(place), trees()
        csv_of(rows, folder / "rows.csv")
        size = (folder / "rows.csv").stat().st_size
        print(f"{rows:,} rows, {size / rows:.0f} bytes a row in CSV, {os.cpu_count()} cores")
        print(f"{'':36} {'cpu s / M':>8} {'rows / cpu s':>12} {'rows / s':>12}")
        if not options.no_process:
            whole, engine = measure(folder, made, folder / "rows.csv", "process:", "none")
            told("cut", rows, whole.cpu - engine.cpu, whole.clock - engine.clock)
            told("score, process", rows, engine.cpu, engine.clock)
            loaded, again = measure(folder, made, folder / "rows.csv", "process:", "all")
            seconds = (loaded.cpu - again.cpu) - (whole.cpu - engine.cpu)
            told("load into SQLite", rows, seconds, (loaded.clock - again.clock) - (whole.clock - engine.clock))
        for master in options.spark:
            _, engine = measure(folder, made, folder / "rows.csv", f"spark:{master}", "none")
            # Workers of a cluster are nobody's children that wait for them: their processor seconds are not known.
            print(f"{f'score, spark:{master}':36} {'':8} {'':12} {rows / engine.clock:12,.0f}")


if __name__ == "__main__":
    main()
