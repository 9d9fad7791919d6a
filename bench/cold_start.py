"""What a cold start pays: each import in a fresh process, in turns with the bare `import azure.functions`.

    python bench/cold_start.py [--rounds 9]

Prints medians of the ratios; whole processes are timed, with a warm file cache.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BARE = "import azure.functions"
# Name, statement, the most it may cost as a multiple of BARE.
CASES = (
    ("index the function app", "import function_app; function_app.app.get_functions()", 1.15),
    ("score a request", "import azure.functions, numpy, onnxruntime, msgspec, shared.serving.model_router", 2.1),
    ("score a window", "import azure.functions, numpy, onnxruntime, pyarrow.parquet, shared.prediction.score", 2.4),
    ("ingest a file", "import azure.functions, pyarrow.csv, sqlalchemy, shared.dispatch, shared.intake.ingest", 4.0),
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
    """How long a fresh process takes with this statement."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], cwd=ROOT, check=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
