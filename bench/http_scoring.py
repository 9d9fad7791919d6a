"""Real-time scoring over HTTP: the limit, a lean server, this project and FastAPI, in turns on the same rows.

    python bench/http_scoring.py [--seconds 2] [--rounds 3] [--concurrency 8]

Every server is a process of its own; this one asks. Ratios are of medians over rounds in which the servers take turns.
The asking process is Python too: the numbers of `limit` and `lean` say how fast it can ask, the servers could answer
more. Last, the handler alone is called without a server, beside the lean answer it is measured by.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from socket import socket

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]
from batch_data import write_models  # noqa: E402 - found through the line above
from http_data import NAME, SCENARIOS, bodies, deploy  # noqa: E402

from local.load import LoadResult, Target, load  # noqa: E402

SERVERS = ("limit", "lean", "ours", "fastapi")
# (rows, server, compared with, at least this many times its answers a second).
BUDGETS = ((1, "ours", "fastapi", 1.0), (100, "ours", "fastapi", 1.0))
HANDLER = 0.7
P99_MS = 5.0


class Server:
    """A server in its own process."""

    def __init__(self, name: str, folder: Path) -> None:
        with socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [sys.executable, str(HERE / "http_servers.py"), name, str(folder), str(self.port)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.headers = {"content-type": "application/json"}
        line = self._process.stdout.readline().strip()
        if line.startswith("{"):
            self.headers["x-functions-key"] = json.loads(line)["key"]
        path = f"/api/score/{NAME}" if name == "ours" else "/score"
        self.url = f"http://127.0.0.1:{self.port}{path}"

    def ask(self, body: bytes, concurrency: int, seconds: float) -> LoadResult:
        """A load of one request."""
        return load(Target(self.url, body, self.headers), concurrency, seconds)

    def cpu(self) -> float:
        """Seconds of processor time the server has used."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(30)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each load lasts")
    parser.add_argument("--rounds", type=int, default=3, help="how often each server is asked")
    parser.add_argument("--concurrency", type=int, default=8, help="connections that ask at once")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_models(folder)
        deploy(folder / "home", folder)
        handlers(folder)
        for rows in (1, 100):
            servers(folder, rows, options)


def servers(folder: Path, rows: int, options: argparse.Namespace) -> None:
    """Every server in turns with requests of so many rows."""
    mine, theirs = bodies(rows)
    running = {name: Server(name, folder) for name in SERVERS}
    found: dict[str, list[LoadResult]] = {name: [] for name in SERVERS}
    used = dict.fromkeys(SERVERS, 0.0)
    try:
        for name, server in running.items():
            _awake(server, mine if name == "ours" else theirs)
        for _ in range(options.rounds):
            for name, server in running.items():
                body = mine if name == "ours" else theirs
                before = server.cpu()
                found[name].append(server.ask(body, options.concurrency, options.seconds))
                used[name] += server.cpu() - before
    finally:
        for server in running.values():
            server.stop()
    print(f"\n{rows} row(s) a request, {options.concurrency} connections")
    print(f"{'server':10} {'answers/s':>10} {'p50 ms':>8} {'p99 ms':>8} {'errors':>7} {'cpu ms/answer':>14}")
    for name, results in found.items():
        speed = statistics.median(one.per_second for one in results)
        times = [1000 * statistics.median(one.percentile(share) for one in results) for share in (50, 99)]
        cost = 1000 * used[name] / max(1, sum(len(one.times) for one in results))
        errors = sum(one.errors for one in results)
        print(f"{name:10} {speed:10.0f} {times[0]:8.2f} {times[1]:8.2f} {errors:7} {cost:14.3f}")
    for number, name, other, least in BUDGETS:
        if number == rows:
            pairs = zip(found[name], found[other], strict=True)
            ratio = statistics.median(mine.per_second / theirs.per_second for mine, theirs in pairs)
            print(f"{name} / {other}: {ratio:.2f} (promised {least}) {'kept' if ratio >= least else 'missed'}")


def _awake(server: Server, body: bytes) -> None:
    for _ in range(100):
        try:
            server.ask(body, 1, 0.3)
        except Exception:  # noqa: BLE001 - not there yet
            time.sleep(0.2)
        else:
            return
    raise SystemExit(f"{server.url} does not answer")


def handlers(folder: Path) -> None:
    """Calls a second of the function alone, and of the lean answer inside an equal function."""
    import azure.functions as func
    from http_servers import lean_answer

    from functions.app import create_app
    from shared.bootstrap import build_ports

    ports = build_ports({"MLOPS_HOME": str(folder / "home"), "TRAINER_URL": "none:", "LOG_SAMPLE": "0"}, SCENARIOS)
    app = create_app(lambda: ports)
    score = next(one.get_user_function() for one in app.get_functions() if one.get_function_name() == "score")
    answer = lean_answer(folder)

    def request(body: bytes) -> func.HttpRequest:
        headers = {"content-type": "application/json", "content-length": str(len(body))}
        return func.HttpRequest(
            "POST", f"/api/score/{NAME}", headers=headers, route_params={"scenario": NAME}, body=body
        )

    def lean(req: func.HttpRequest) -> func.HttpResponse:
        return func.HttpResponse(answer(req.get_body()), mimetype="application/json")

    print(f"{'handler':10} {'lean/s':>10} {'ours/s':>10} {'ratio':>7}")
    for rows in (1, 100):
        mine, theirs = bodies(rows)
        bad = mine.replace(b'"n3"', b'"n_3"', 1)
        pairs = [(_speed(score, request(mine)), _speed(lean, request(theirs))) for _ in range(5)]
        ratio = statistics.median(a / b for a, b in pairs)
        ours, other = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(f"{rows:4} row(s) {other:10.0f} {ours:10.0f} {ratio:7.2f} (promised {HANDLER}) ", end="")
        refused = statistics.median(_speed(score, request(bad)) for _ in range(3))
        print(f"{'kept' if ratio >= HANDLER else 'missed'}; a bad request costs {ours / refused:.2f} of a good one")


def _speed(call: Callable, req) -> float:  # noqa: ANN001 - a request
    """Calls a second of processor time, all threads of the process together: a busy machine distorts it less."""
    count, started = 0, time.process_time()
    while time.process_time() < started + 0.4:
        for _ in range(20):
            call(req=req)
        count += 20
    return count / (time.process_time() - started)


if __name__ == "__main__":
    main()
