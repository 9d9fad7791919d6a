"""Profile and drift of a table: the scan limit, this project and its peers, measured in turns on the same file.

python bench/profile.py [--rows N] [--repeats N] [--peer-python PATH] [--ways scan,ours,...]
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
from pathlib import Path

from profile_table import write_table
from profile_ways import WAYS

HERE = Path(__file__).parent
OURS = ("scan", "ours", "pandas")
# What PERFORMANCE promises: (columns, way, compared with, at most this many times its seconds).
BUDGETS = (
    ("mixed", "ours", "scan", 2.0),
    ("mixed", "ours", "polars scan", 2.0),
    ("continuous", "ours", "scan", 5.0),
    ("continuous", "ours", "polars scan", 5.0),
    ("continuous", "ours", "pandas+scipy", 1 / 20),
    ("mixed", "ours", "whylogs", 1 / 100),
    ("mixed", "ours", "evidently", 1 / 250),
)


class Way:
    """A way in its own process, ready and warm."""

    def __init__(self, name: str, file: Path, python: str) -> None:
        command = [python, str(HERE / "profile_ways.py"), name, str(file), f"{file}.baseline.json"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.seconds: list[float] = []
        self.ready = self._process.stdout.readline().strip() == "ready"

    def run(self) -> None:
        """One more run."""
        print("go", file=self._process.stdin, flush=True)
        self.seconds.append(float(self._process.stdout.readline()))

    def end(self) -> dict[str, object]:
        """Stop the process; what was measured."""
        peak = float(self._process.communicate()[0])
        return {"seconds": statistics.median(self.seconds), "rounds": self.seconds, "peak_mb": peak}


def measure(file: Path, options: argparse.Namespace) -> dict[str, dict[str, object]]:
    """Start every way, then run them in turns: what else the machine does touches all alike."""
    ways: dict[str, Way] = {}
    for name in options.ways.split(","):
        way = Way(name, file, sys.executable if name in OURS else options.peer_python)
        if way.ready:
            ways[name] = way
        else:
            print(f"{name}: not installed or not able to run, skipped")
    for _ in range(options.repeats):
        for way in ways.values():
            way.run()
    return {name: way.end() for name, way in ways.items()}


def ratio(results: dict[str, dict[str, object]], name: str, other: str) -> float:
    """Median over the rounds of name's seconds by other's, both measured in the same round."""
    pairs = zip(results[name]["rounds"], results[other]["rounds"], strict=True)
    return statistics.median(mine / theirs for mine, theirs in pairs)


def show(kind: str, results: dict[str, dict[str, object]], rows: int) -> None:
    """A table with seconds, times the scan limit, and peak memory."""
    print(f"\n{kind}, {rows:,} rows x 20{'':<4}seconds   scan times   peak MB")
    for name, result in results.items():
        print(f"  {name:<20}{result['seconds']:>11.3f}{ratio(results, name, 'scan'):>13.1f}{result['peak_mb']:>10.0f}")


def judge(results: dict[str, dict[str, dict[str, object]]]) -> list[dict[str, object]]:
    """Each budget with what was measured; printed and returned."""
    verdicts = []
    for kind, name, other, most in BUDGETS:
        if {name, other} <= results[kind].keys():
            found = ratio(results[kind], name, other)
            verdicts.append({"columns": kind, "way": name, "against": other, "budget": most, "ratio": found})
            print(
                f"  {kind}: {name} / {other} = {found:.4f}, budget {most:.4f}: {'kept' if found <= most else 'MISSED'}"
            )
        else:
            print(f"  {kind}: {name} / {other} was not measured")
    return verdicts


def main() -> None:
    """Measure, print, and write bench/results/profile.json."""
    options = _options()
    results: dict[str, dict[str, dict[str, object]]] = {}
    with tempfile.TemporaryDirectory() as place:
        for kind in ("mixed", "continuous"):
            file = Path(place) / f"{kind}.parquet"
            write_table(file, options.rows, kind)
            results[kind] = measure(file, options)
            show(kind, results[kind], options.rows)
    print("\nbudgets")
    machine = {"python": platform.python_version(), "cpus": os.process_cpu_count(), "rows": options.rows}
    report = {**machine, "budgets": judge(results), "results": results}
    (HERE / "results").mkdir(exist_ok=True)
    (HERE / "results" / "profile.json").write_text(json.dumps(report, indent=2) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--peer-python", default=sys.executable, help="an interpreter with the peers")
    parser.add_argument("--ways", default=",".join(WAYS))
    return parser.parse_args()


if __name__ == "__main__":
    main()
