"""Ours, FLAML and AutoGluon (medium) on the same rows at equal time: bank marketing and texts.

    python -m venv build/automl && build/automl/bin/pip install -r bench/requirements-automl.txt
    python bench/automl.py [--seconds 60] [--seeds 5] [--cases bank,text] [--peer-python build/automl/bin/python]

A budget is counted in the processor time of each process, two cores' worth a second: other work on the machine takes
nothing from anyone. Every fit runs in its own process, in turns by seed. What is measured stays in
bench/results/automl; a run that is started again goes on where it ended.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from automl_data import CASES, ROOT, Case, case_of
from automl_table import tables

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "automl"
WAYS = ("ours", "flaml", "autogluon")


def main() -> None:
    """Measure what is not measured yet, and print the tables."""
    options = _options()
    if not options.data.is_dir():
        sys.exit(f"There is no folder {options.data}; name the real data with --data.")
    ways = [way for way in options.ways.split(",") if way == "ours" or _there(options.peer_python, way)]
    names = options.cases.split(",")
    for seed in range(options.seeds):
        for name in names:
            _measure(name, seed, ways, options)
    print("\n".join(tables({name: list(_measured(name, options)) for name in names}, ways, options.seconds)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="the budget of each fit, on two idle cores")
    parser.add_argument("--seeds", type=int, default=5, help="how many draws of the untouched rows")
    parser.add_argument("--cases", default=",".join(CASES), help=f"of {', '.join(CASES)}")
    parser.add_argument("--ways", default=",".join(WAYS), help=f"of {', '.join(WAYS)}")
    parser.add_argument("--peer-python", type=_absolute, default=str(ROOT / "build" / "automl" / "bin" / "python"))
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="the folder of real data")
    return parser.parse_args()


def _absolute(python: str) -> str:
    """Its place for a process in another folder; a link stays, because it is what makes an environment."""
    return str(Path(python).absolute())


def _there(python: str, way: str) -> bool:
    """Whether the peer's environment exists; says so where it does not."""
    if Path(python).exists():
        return True
    print(f"{way} is left out: there is no {python}; bench/requirements-automl.txt says how to make it.", flush=True)
    return False


def _place(name: str, seed: int, seconds: float) -> Path:
    return RESULTS / f"{seconds:g}s" / name.replace(" ", "-") / str(seed)


def _measure(name: str, seed: int, ways: list[str], options: argparse.Namespace) -> None:
    """Every way on this case and seed that is not measured yet."""
    place = _place(name, seed, options.seconds)
    missing = [way for way in ways if not (place / way / "facts.json").exists()]
    if not missing:
        return
    case = case_of(name, options.data, seed)
    for way in missing:
        folder = place / way
        folder.mkdir(parents=True, exist_ok=True)
        _write(case, folder)
        told = [str(seed), str(options.seconds), str(folder)]
        facts = _run([*_program(way, name, case, options), *told], folder)
        (folder / "facts.json").write_text(json.dumps(facts))
        print(f"{name}, seed {seed}, {way}: {facts['model']}, {facts['processor_seconds']} s of processor", flush=True)


def _write(case: Case, folder: Path) -> None:
    for part, rows in zip(("learn", "judge"), case.parts(), strict=True):
        pq.write_table(rows, folder / f"{part}.parquet")


def _program(way: str, name: str, case: Case, options: argparse.Namespace) -> list[str]:
    """The command of the way, without seed, seconds and folder."""
    if way == "ours":
        return [sys.executable, str(HERE / "automl_ours.py"), str(options.data.resolve()), name]
    scenario = case.scenario
    facts = {"text": scenario.text, "target": scenario.target, "binary": scenario.task == "binary"}
    return [options.peer_python, str(HERE / "automl_peers.py"), way, json.dumps(facts)]


def _run(command: list[str], folder: Path) -> Mapping[str, Any]:
    # Threads that wait actively for others would count as work.
    environ = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE"}
    # Some tools leave files where they run.
    done = subprocess.run(command, env=environ, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command[:4])} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    found: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _measured(name: str, options: argparse.Namespace) -> Iterator[Path]:
    """The folders of the seeds."""
    for seed in range(options.seeds):
        yield _place(name, seed, options.seconds)


if __name__ == "__main__":
    main()
