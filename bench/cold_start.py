"""What a cold start pays: each import in a fresh process, in turns with the bare `import azure.functions`.

    python bench/cold_start.py [--rounds 9]

Prints medians of the ratios of processor times of whole processes, with a warm file cache. All modules are compiled
before, ours as the deployed package brings them and those of others as their installation does.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BARE = "import azure.functions"
# As in function_app.py, the package of the functions comes first: it says how many threads numpy starts.
_APP = "import functions, azure.functions, "
# Name, statement, the most it may cost as a multiple of BARE.
CASES = (
    ("index the function app", "import function_app; function_app.app.get_functions()", 1.15),
    ("score a request", _APP + "numpy, onnxruntime, msgspec, shared.serving.model_router", 2.1),
    ("score a window", _APP + "numpy, onnxruntime, pyarrow.parquet, shared.prediction.score", 2.4),
    ("ingest a file", _APP + "pyarrow.csv, sqlalchemy, shared.dispatch, shared.intake.ingest", 3.5),
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9, help="how often each is measured")
    rounds = parser.parse_args().rounds
    print(f"{'':24} {'seconds':>8} {'x bare':>7} {'budget':>7}")
    for name, statement, budget in CASES:
        pairs = [(seconds(statement), seconds(BARE)) for _ in range(rounds)]
        ratio = statistics.median(mine / bare for mine, bare in pairs)
        median = statistics.median(mine for mine, _ in pairs)
        print(f"{name:24} {median:8.3f} {ratio:7.2f} {budget:7.2f} {'kept' if ratio <= budget else 'missed'}")


def seconds(statement: str) -> float:
    """The processor time of a fresh process with this statement."""
    return of_process((sys.executable, "-c", statement))


def of_process(command: Sequence[str]) -> float:
    """The processor time of a command that runs Python, which has run once before."""
    _compile_for(tuple(command))
    return _run(command)


@cache
def _compile_for(command: tuple[str, ...]) -> None:
    _run(command)


def _run(command: Sequence[str]) -> float:
    settings = {**os.environ, "PYTHONPYCACHEPREFIX": str(ROOT / "build" / "bench-compiled")}
    settings.pop("PYTHONDONTWRITEBYTECODE", None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=ROOT, check=True, env=settings)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


if __name__ == "__main__":
    main()
