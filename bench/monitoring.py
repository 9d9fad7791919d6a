"""How much memory monitoring takes for one window in one piece, and how much processor time, by its number of rows.

    python bench/monitoring.py [--rows 1000000 5000000] [--home FOLDER] [--json FILE]

Generated rows of bank_marketing are scored by LightGBM as one window; a process of its own then reads inputs and
answers again, counts, hashes and describes them, and keeps the window's profile. Memory is its largest resident set.
"""  # fmt: skip

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parent.parent))
from shards import BLOCK, SCENARIO, SCENARIOS, csv_of, trees

from shared import dispatch, due_work
from shared.bootstrap import build_ports
from shared.core.scenario import GeneratorOptions
from shared.monitoring.drift.scored_rows import batch_window
from shared.monitoring.drift.window_drift import measure_window
from shared.ports import Ports
from shared.serving.deployment import Deployment
from shared.training.model import Artefact


def main() -> None:
    """Score and monitor windows of each size in processes of their own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 5_000_000])
    parser.add_argument("--home", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--score", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--monitor", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.score:
        score(Path(asked.score[0]), int(asked.score[1]))
    elif asked.monitor:
        print(json.dumps(monitored(asked.monitor)))
    else:
        found = [_measured(rows, asked.home) for rows in asked.rows]
        for one in found:
            print(json.dumps(one))
        if asked.json:
            asked.json.write_text(json.dumps(found, indent=1) + "\n")


def _measured(rows: int, home: Path | None) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="mlops-bench-", dir=home) as folder:
        environ = {**os.environ, "TMPDIR": folder}
        subprocess.run([sys.executable, __file__, "--score", folder, str(rows)], check=True, env=environ)
        done = subprocess.run(
            [sys.executable, __file__, "--monitor", folder], check=True, env=environ, stdout=subprocess.PIPE
        )
        return dict(json.loads(done.stdout.splitlines()[-1]))


def _ports(home: Path) -> Ports:
    environ = {"MLOPS_HOME": str(home), "TRAINER_URL": "none:", "SCORER_ROWS": str(1 << 31), "SQL_ROWS": "none"}
    return build_ports({**os.environ, **environ}, SCENARIOS)


def score(home: Path, rows: int) -> None:
    """A committed window of so many rows."""
    ports = _ports(home)
    model = ports.training.registry.register(_with_holdout(trees()))
    at = datetime.now(UTC)
    ports.release.deployments.promote(
        Deployment(SCENARIO.name, 1, SCENARIO.name, model.version, model.sha256, at, "", "")
    )
    drop = home / "lake" / "scoring" / SCENARIO.name / "s"
    drop.mkdir(parents=True)
    csv_of(rows // BLOCK * BLOCK, drop / f"{SCENARIO.batch.table}.csv")
    for message in due_work.plan(ports):
        dispatch.on_window(ports, message)


def _with_holdout(made: Artefact) -> Artefact:
    """The model with rows that its answers are compared with."""
    table = SCENARIO.generate(20_000, 3, GeneratorOptions())[SCENARIO.batch.table]
    sink = io.BytesIO()
    pq.write_table(table.select([*SCENARIO.features, SCENARIO.target]), sink)
    facts = {"file": "holdout.parquet", "rows": table.num_rows, "target": SCENARIO.target}
    return replace(made, manifest={**made.manifest, "holdout": facts}, files={"holdout.parquet": sink.getvalue()})


def monitored(home: Path) -> dict[str, Any]:
    """What reading, describing and judging the window took."""
    ports = _ports(home)
    (commit,) = ports.prediction.predictions.commits(SCENARIO.name)
    before, clock, used = _peak(), time.perf_counter(), time.process_time()
    data = batch_window(ports, SCENARIO, commit)
    read = _peak()
    report = measure_window(ports, SCENARIO, data)
    return {
        "rows": report.facts.rows,
        "before_mb": before,
        "read_peak_mb": read,
        "peak_mb": _peak(),
        "cpu_seconds": round(time.process_time() - used, 1),
        "seconds": round(time.perf_counter() - clock, 1),
        "load": round(os.getloadavg()[0], 1),
    }


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


if __name__ == "__main__":
    main()
