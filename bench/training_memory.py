"""Peak memory of a training run, beside the bytes of its prepared rows in memory; without what the packages take.

    python bench/training_memory.py [SCENARIO ...] [--rows 8000] [--large 1000000] [--profile default] [--steps]

Each run is a process of its own. `large` has 12 numbers and 8 categories. Rows lie in Parquet files before the run, as
those of a dataset version do.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from model_training.runtime.memory import give_back
from model_training.runtime.threads import limit
from shared.core.scenario import Column, GeneratorOptions, Scenario, Table

LARGE = "large"
PROMISED = 3.0
# What a run imports sooner or later, whatever its rows.
_PACKAGES = (
    "lightgbm", "onnxmltools", "onnxruntime", "optuna", "pandas", "pyarrow.parquet", "scipy.stats",
    "skl2onnx", "sklearn.ensemble", "sklearn.linear_model", "sklearn.feature_extraction.text", "sqlalchemy",
)  # fmt: skip
_MB = 1e6


@dataclass(frozen=True, slots=True)
class Run:
    """Bytes of the packages alone, of the prepared rows, and the peak of each step; processor seconds, score."""

    base: float
    data: float
    peaks: Mapping[str, float]
    seconds: float
    score: float

    @property
    def ratio(self) -> float:
        """The peak without the packages, by the rows."""
        return (max(self.peaks.values()) - self.base) / self.data


def scenario_of(name: str) -> Scenario:
    """A scenario of the project, or the large one."""
    from model_training.scenarios import SCENARIOS

    if name != LARGE:
        return SCENARIOS[name]
    from batch_data import CATEGORIES, NUMBERS

    columns = (*(Column(one, "float") for one in NUMBERS), *(Column(one, "text") for one in CATEGORIES))
    rows = Table("clients", (*columns, Column("y", "text", values=("no", "yes"))))
    names = (*NUMBERS, *CATEGORIES)
    declared = {"numeric": NUMBERS, "categorical": tuple(CATEGORIES), "leakage": (), "request_fields": names}
    told = {"personal": (), "slices": ("c0", "c3"), "generate": None, "tables": (rows,), **declared}
    bank = SCENARIOS["bank_marketing"]
    return replace(bank, name=LARGE, batch=replace(bank.batch, report=("c0",)), **told)


def write(name: str, rows: int, folder: Path) -> None:
    """The tables of so many rows as Parquet files."""
    from model_training.data.path_rows import write_rows
    from shared.datasets.rows import TableRows

    for table, content in _tables(name, rows).items():
        write_rows(TableRows(content), folder / f"{table}.parquet")


def _tables(name: str, rows: int) -> Mapping[str, Any]:
    import numpy as np
    import pyarrow as pa

    if name == LARGE:
        from batch_data import make_rows, target

        table = make_rows(rows, 1)
        return {"clients": table.append_column("y", pa.array(np.array(["no", "yes"])[target(table)]))}
    generate = scenario_of(name).generate
    if generate is None:
        sys.exit(f"{name} generates no rows.")
    return generate(rows, 1, GeneratorOptions())


def train(name: str, folder: Path, profile: str) -> Run:
    """Train from the files in the folder."""
    give_back()
    for package in _PACKAGES:
        __import__(package)
    from model_training.runs.runner import Runner
    from model_training.steps import define_dataset, prepare
    from model_training.steps.context import RunSpec
    from model_training.steps.step_cache import step_cost

    scenario, base = scenario_of(name), _resident()
    before = _processor()
    with tempfile.TemporaryDirectory(prefix="training-memory-") as home:
        package = Runner(RunSpec(scenario, profile, 1, {}), Path(home), lambda *_told, **_facts: None).run(
            lambda: define_dataset.load(folder)
        )
        seconds = _processor() - before
        peaks = {step.name: 1024**2 * step_cost(step)["peak_mb"] for step in Path(home).iterdir() if step.is_dir()}
        data = _bytes(prepare.load(Path(home) / prepare.NAME, scenario))
    return Run(base, data, peaks, seconds, package.manifest["metrics"][scenario.metric])


def _bytes(prepared: Any) -> float:
    """The prepared rows: columns, matrix and answers; of texts what each Python text takes."""
    matrix = sum(map(sys.getsizeof, prepared.X[:, 0])) if prepared.X.dtype == object else 0
    return float(prepared.frame.nbytes + prepared.X.nbytes + prepared.y.nbytes + matrix)


def _processor() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _resident() -> float:
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return 1024 * float(status["VmRSS"].split()[0])


def measure(name: str, rows: int, profile: str) -> Run:
    """The run in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="training-rows-") as folder:
        command = [sys.executable, __file__, name, "--rows", str(rows), "--profile", profile]
        subprocess.run([*command, "--write", folder], check=True)
        environ = dict(os.environ)
        limit(environ)
        told = subprocess.run([*command, "--train", folder], check=True, env=environ, stdout=subprocess.PIPE).stdout
    return Run(**json.loads(told.splitlines()[-1]))


def main() -> None:
    """Measure each, and print a line for it."""
    options = _options()
    if options.write:
        write(options.scenario[0], options.rows, Path(options.write))
        return
    if options.train:
        run = train(options.scenario[0], Path(options.train), options.profile)
        facts = {"base": run.base, "data": run.data, "peaks": dict(run.peaks), "seconds": run.seconds}
        print(json.dumps({**facts, "score": run.score}))
        return
    print("| scenario | rows | processor seconds | score | MB of the rows | peak beside packages, MB | by the rows |")
    print("|---|---|---|---|---|---|---|")
    for name, rows in _wanted(options):
        run = measure(name, rows, options.profile)
        peak = (max(run.peaks.values()) - run.base) / _MB
        told = f"{run.seconds:.0f} | {run.score:.4f} | {run.data / _MB:.1f} | {peak:.0f} | {run.ratio:.1f}"
        print(f"| {name} | {rows} | {told} |", flush=True)
        if options.steps:
            steps = sorted(run.peaks.items(), key=lambda one: -one[1])
            print("; ".join(f"{step} {(peak - run.base) / run.data:.1f}" for step, peak in steps), flush=True)


def _wanted(options: argparse.Namespace) -> list[tuple[str, int]]:
    from model_training.scenarios import SCENARIOS

    named = options.scenario or [name for name, one in SCENARIOS.items() if one.generate is not None]
    wanted = [(name, options.rows) for name in named if name != LARGE]
    return [*wanted, *([(LARGE, options.large)] if options.large else [])]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="*", help="those of the project when none is named")
    parser.add_argument("--rows", type=int, default=8_000)
    parser.add_argument("--large", type=int, default=0, help="rows of the large table; 0: without it")
    parser.add_argument("--profile", default="default", choices=("demo", "default"))
    parser.add_argument("--steps", action="store_true", help="the peak of each step, too")
    parser.add_argument("--write", help=argparse.SUPPRESS)
    parser.add_argument("--train", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
