"""Batch prediction: the limit, this project and its peers, measured in turns on the same rows.

python bench/batch_scoring.py [--rows N] [--repeats N] [--peer-python PATH] [--memory | --stages]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
from batch_data import write_models, write_rows  # noqa: E402 - found through the line above

PEERS = ("mlflow-pyfunc",)
NAMES = ("limit", "ours", "ours+sqlite", "sqlite-limit", "pandas", *PEERS)
# What PERFORMANCE promises: (model, pipeline, compared with, at most this many times its seconds).
BUDGETS = (
    ("trees", "ours", "limit", 1.15),
    ("linear", "ours", "limit", 4.5),
    ("trees", "ours", "mlflow-pyfunc", 1 / 2.8),
    ("linear", "ours", "mlflow-pyfunc", 1 / 25),
    ("trees", "ours+sqlite", "limit", 1.5),
)
FLAT = 1.2


@dataclass(frozen=True, slots=True)
class Measured:
    """One pipeline's median seconds and its peak memory in MB."""

    seconds: float
    rounds: tuple[float, ...]
    peak_mb: float


class Child:
    """A pipeline in its own process, ready and warm."""

    def __init__(self, name: str, folder: Path, kind: str, python: str) -> None:
        command = [python, str(HERE / "batch_pipelines.py"), name, str(folder), kind]
        environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        self.seconds: list[float] = []
        self.ready = self._process.stdout.readline().strip() == "ready"

    @property
    def problem(self) -> str:
        """The last line of what a child that is not ready had to say."""
        return (self._process.communicate()[1].strip().splitlines() or ["no message"])[-1]

    def run(self) -> None:
        """One more run."""
        print("go", file=self._process.stdin, flush=True)
        self.seconds.append(float(self._process.stdout.readline()))

    def end(self) -> Measured:
        """Stop the process; what was measured."""
        peak = float(self._process.communicate()[0])
        return Measured(statistics.median(self.seconds), tuple(self.seconds), peak)


def measure(names: tuple[str, ...], folder: Path, kind: str, options: argparse.Namespace) -> dict[str, Measured]:
    """Start every pipeline, then run them in turns: what else the machine does touches all alike."""
    children: dict[str, Child] = {}
    for name in names:
        child = Child(name, folder, kind, options.peer_python if name in PEERS else sys.executable)
        if child.ready:
            children[name] = child
        else:
            print(f"{name}: not installed or not able to run, skipped ({child.problem})")
    for _ in range(options.repeats):
        for child in children.values():
            child.run()
    return {name: child.end() for name, child in children.items()}


def ratio(results: dict[str, Measured], name: str, other: str) -> float:
    """Median over the rounds of name's seconds by other's, both measured in the same round."""
    pairs = zip(results[name].rounds, results[other].rounds, strict=True)
    return statistics.median(mine / theirs for mine, theirs in pairs)


def show(kind: str, results: dict[str, Measured], rows: int) -> None:
    """A table with rows per second, times the limit, and peak memory."""
    print(f"\n{kind}, {rows:,} rows{'':<12}rows/s   limit times   peak MB")
    for name, result in results.items():
        print(
            f"  {name:<18}{rows / result.seconds:>14,.0f}{ratio(results, name, 'limit'):>13.2f}{result.peak_mb:>12.0f}"
        )


def judge(results: dict[str, dict[str, Measured]]) -> list[dict[str, object]]:
    """Each budget with what was measured; printed and returned."""
    verdicts = []
    for kind, name, other, most in BUDGETS:
        if name in results[kind] and other in results[kind]:
            found = ratio(results[kind], name, other)
            verdicts.append({"model": kind, "pipeline": name, "against": other, "budget": most, "ratio": found})
            word = "kept" if found <= most else "MISSED"
            print(f"  {kind}: {name} / {other} = {found:.3f}, budget {most:.3f}: {word}")
    return verdicts


def memory(folder: Path, options: argparse.Namespace) -> dict[str, float]:
    """Peak MB of our pipeline over 1 and 10 times the rows, each in a fresh process."""
    peaks = {}
    for rows in (options.rows, 10 * options.rows):
        write_rows(folder / "rows.parquet", rows)
        peaks[str(rows)] = measure(("ours",), folder, "linear", options)["ours"].peak_mb
        print(f"peak memory over {rows:,} rows: {peaks[str(rows)]:.0f} MB")
    small, large = peaks.values()
    print(f"  {large / small:.2f} times, budget {FLAT}: {'kept' if large <= FLAT * small else 'MISSED'}")
    return peaks


def main() -> None:
    """Measure, print, and write bench/results/batch_scoring.json."""
    options = _options()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_models(folder)
        report: dict[str, object] = {"python": platform.python_version(), "cpus": os.process_cpu_count()}
        if options.stages:
            from batch_stages import show as show_stages

            write_rows(folder / "rows.parquet", options.rows)
            report |= {kind: show_stages(folder, kind, options.repeats) for kind in ("trees", "linear")}
        elif options.memory:
            report |= {"peak_mb": memory(folder, options)}
        else:
            write_rows(folder / "rows.parquet", options.rows)
            results = {kind: measure(NAMES, folder, kind, options) for kind in ("trees", "linear")}
            for kind, measured in results.items():
                show(kind, measured, options.rows)
            print("\nbudgets")
            report |= {"rows": options.rows, "budgets": judge(results), "results": _plain(results)}
    name = "batch_stages" if options.stages else "batch_memory" if options.memory else "batch_scoring"
    file = HERE / "results" / f"{name}.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(report, indent=2) + "\n")


def _plain(results: dict[str, dict[str, Measured]]) -> dict[str, dict[str, dict[str, float]]]:
    return {
        kind: {name: {"seconds": m.seconds, "peak_mb": m.peak_mb} for name, m in measured.items()}
        for kind, measured in results.items()
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--peer-python", default=sys.executable, help="an interpreter with bench/requirements.txt")
    parser.add_argument("--memory", action="store_true", help="only compare peak memory of N and 10 N rows")
    parser.add_argument("--stages", action="store_true", help="only tell the processor time of each stage")
    return parser.parse_args()


if __name__ == "__main__":
    main()
