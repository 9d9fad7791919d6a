"""What the first request of a fresh process costs, import to answer, in turns with `import azure.functions`.

    python bench/first_answer.py [--rounds 5]

A process of its own each time, warm file cache, compiled modules, processor time; 100 boosted trees, SQLite.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
from pathlib import Path
from threading import local
from types import SimpleNamespace

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]
from batch_data import write_models  # noqa: E402 - found through the line above
from cold_start import BARE, of_process, seconds  # noqa: E402
from http_data import NAME, SCENARIOS, bodies, deploy  # noqa: E402


def main() -> None:
    """Measure and print; with --answer be the fresh process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured")
    parser.add_argument("--answer", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.answer:
        answer(options.answer)
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_models(folder)
        deploy(folder / "home", folder)
        (folder / "home" / "body.json").write_bytes(bodies(1)["inputs"])
        first = [sys.executable, __file__, "--answer", str(folder / "home")]
        pairs = [(of_process(first), seconds(BARE)) for _ in range(options.rounds)]
    took = statistics.median(mine for mine, _ in pairs)
    ratio = statistics.median(mine / bare for mine, bare in pairs)
    print(f"first answer: {took:.2f} s of the processor, {ratio:.1f} x {BARE}")


def answer(home: Path) -> None:
    """Answer one request as the function app does."""
    import azure.functions as func

    from functions.app import create_app
    from shared.bootstrap import build_ports

    ports = build_ports({"MLOPS_HOME": str(home), "TRAINER_URL": "none:", "LOG_SAMPLE": "0"}, SCENARIOS)
    app = create_app(lambda: ports)
    score = next(one.get_user_function() for one in app.get_functions() if one.get_function_name() == "score")
    body = (home / "body.json").read_bytes()
    context = SimpleNamespace(invocation_id="bench", thread_local_storage=local())
    request = func.HttpRequest("POST", "/", headers={}, route_params={"scenario": NAME}, body=body)
    told = asyncio.run(score(request, context))
    if told.status_code != 200:
        raise SystemExit(told.get_body().decode())


if __name__ == "__main__":
    main()
