"""Real-time scoring over HTTP: the limit, a lean server, this project and its peers, in turns on the same rows.

    python bench/http_scoring.py [--seconds 1.5] [--rounds 3] [--concurrency 8] [--peer-python NAME=PATH ...]

Every server is a process of its own; this one asks. Ratios are medians over rounds in which the servers take turns.
The asking process is Python too: the numbers of `limit` and `lean` say how fast it can ask, the servers could answer
more. Then `ours` and `limit` are asked at a constant rate, half of what `ours` can do at most. First of all, the
handler alone is called without a server, beside a lean answer. Writes bench/results/http_scoring.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]
from batch_data import write_models  # noqa: E402 - found through the line above
from http_data import bodies, deploy  # noqa: E402
from http_handler import handlers  # noqa: E402
from http_rate import RateResult, at_rate  # noqa: E402
from http_running import OWN, PEERS, Server  # noqa: E402

from local.load.http_load import LoadResult, percentile  # noqa: E402

# `ours` answers at least so many times as often as this server.
BUDGETS = {"mlserver": 2.0, "mlserver-codes": 2.0, "mlflow-serve": 30.0}
# The same for requests of so many rows.
FASTAPI = {1: 1.3, 100: 1.5}
P99_MS = 5.0
Report = dict[str, object]


def main() -> None:
    """Measure, print, and write the results."""
    options = _options()
    report: Report = {"python": platform.python_version(), "cpus": os.process_cpu_count()}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_models(folder)
        deploy(folder / "home", folder)
        handlers(folder)
        for rows in (1, 100):
            report[f"{rows} rows"] = over_http(folder, rows, options)
    (HERE / "results").mkdir(exist_ok=True)
    (HERE / "results" / "http_scoring.json").write_text(json.dumps(report, indent=2) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1.5, help="how long each load lasts")
    parser.add_argument("--rounds", type=int, default=3, help="how often each server is asked")
    parser.add_argument("--concurrency", type=int, default=8, help="connections that ask at once")
    parser.add_argument(
        "--peer-python",
        action="append",
        default=[],
        metavar="NAME=PATH",
        help=f"the interpreter of a peer's environment; names: {', '.join(PEERS)}",
    )
    options = parser.parse_args()
    wanted = dict(one.partition("=")[::2] for one in options.peer_python)
    wrong = [name for name, path in wanted.items() if name not in PEERS or not Path(path).is_file()]
    if wrong:
        parser.error(f"--peer-python {', '.join(wrong)}: accepted: NAME=PATH, a file, of {', '.join(PEERS)}")
    if "mlserver" in wanted:
        wanted["mlserver-codes"] = wanted["mlserver"]
    options.pythons = {**dict.fromkeys((*OWN, "pandas"), sys.executable), **wanted}
    return options


def over_http(folder: Path, rows: int, options: argparse.Namespace) -> Report:
    """Every server in turns with requests of so many rows, then a constant rate."""
    with ExitStack() as stack:
        running = _start(folder, rows, options.pythons, stack)
        results: dict[str, list[LoadResult]] = {name: [] for name in running}
        used = dict.fromkeys((*running, "bad"), 0.0)
        refused: list[LoadResult] = []
        for _ in range(options.rounds):
            for name, server in running.items():
                before = server.cpu()
                results[name].append(server.ask(options.concurrency, options.seconds))
                used[name] += server.cpu() - before
            before = running["ours"].cpu()
            refused.append(running["ours"].refuse(options.concurrency, options.seconds))
            used["bad"] += running["ours"].cpu() - before
        memory = {name: server.memory() for name, server in running.items()}
        print(f"\n{rows} row(s) a request, {options.concurrency} connections")
        table = _table(results, used, memory)
        verdicts = [*_ratios(results, {**BUDGETS, "fastapi": FASTAPI[rows]}), _bad(results["ours"], refused, used)]
        verdicts.append(_half(running, results["ours"], options))
    return {"servers": table, "budgets": verdicts}


def _start(folder: Path, rows: int, pythons: dict[str, str], stack: ExitStack) -> dict[str, Server]:
    """The servers that can be had here, awake; the others are named."""
    running, asked = {}, bodies(rows)
    for name in (*OWN, *PEERS):
        if name not in pythons:
            print(f"{name}: no --peer-python {name}=PATH, skipped")
            continue
        server = Server(name, folder, pythons[name], asked)
        stack.callback(server.stop)
        if server.awake():
            running[name] = server
            continue
        if name in OWN:
            raise SystemExit(f"{name} does not answer.")
        told = folder / f"{name}.log"
        print(f"{name}: does not answer, skipped. {told.read_text()[-500:] if told.exists() else ''}")
    return running


def _table(results: dict[str, list[LoadResult]], used: dict[str, float], memory: dict[str, float]) -> Report:
    print(f"{'server':14}{'answers/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'errors':>8}{'cpu ms/answer':>15}{'MB':>6}")
    table: Report = {}
    for name, found in results.items():
        speed = statistics.median(one.per_second for one in found)
        p50, p99 = (1000 * statistics.median(one.percentile(share) for one in found) for share in (50, 99))
        cost = 1000 * used[name] / max(1, sum(len(one.times) for one in found))
        errors = sum(one.errors for one in found)
        print(f"{name:14}{speed:10.0f}{p50:9.2f}{p99:9.2f}{errors:8}{cost:15.3f}{memory[name]:6.0f}")
        measured = {"per_second": speed, "p50_ms": p50, "p99_ms": p99, "errors": errors, "cpu_ms": cost}
        table[name] = {**measured, "memory_mb": memory[name]}
    return table


def _ratios(results: dict[str, list[LoadResult]], budgets: dict[str, float]) -> list[Report]:
    verdicts = []
    for other in (name for name in results if name != "ours"):
        pairs = zip(results["ours"], results[other], strict=True)
        ratio = statistics.median(mine.per_second / theirs.per_second for mine, theirs in pairs)
        verdicts.append(_verdict(f"ours / {other}, answers", ratio, least=budgets.get(other)))
    for other in set(budgets) - set(results):
        print(f"ours / {other}: not measured")
    return verdicts


def _bad(good: list[LoadResult], bad: list[LoadResult], used: dict[str, float]) -> Report:
    """Processor time per refused request, by that per good one."""
    costs = [used[name] / sum(one.requests for one in found) for name, found in (("bad", bad), ("ours", good))]
    return _verdict("a bad request / a good one, processor time", costs[0] / costs[1], most=1.0)


def _half(running: dict[str, Server], ours: list[LoadResult], options: argparse.Namespace) -> Report:
    """A constant rate, half of the median maximum of `ours`, for it and for the limit: that is the machine's noise."""
    rate = statistics.median(one.per_second for one in ours) / 2
    print(f"constant rate, {rate:.0f} requests a second")
    found: dict[str, list[RateResult]] = {"limit": [], "ours": []}
    for _ in range(options.rounds):
        for name, results in found.items():
            results.append(at_rate(running[name].target(), rate, options.seconds))
    p99 = {}
    for name, results in found.items():
        p50, p99[name], late = (
            1000 * statistics.median(percentile(getattr(one, kind), share) for one in results)
            for kind, share in (("times", 50), ("times", 99), ("late", 99))
        )
        errors = sum(one.errors for one in results)
        print(
            f"{name:14} p50 {p50:.2f} ms, p99 {p99[name]:.2f} ms, errors {errors}; asked up to {late:.2f} ms late (p99)"
        )
    return {
        **_verdict("p99 ms of ours at half its maximum", p99["ours"], most=P99_MS),
        "rate": rate,
        "limit": p99["limit"],
    }


def _verdict(what: str, found: float, *, least: float | None = None, most: float | None = None) -> Report:
    """The measure beside what was promised, printed and returned."""
    kept = (least is None or found >= least) and (most is None or found <= most)
    bound = f"at least {least:g}" if least is not None else f"at most {most:g}" if most is not None else ""
    print(f"{what}: {found:.2f}" + (f" (promised {bound}) {'kept' if kept else 'MISSED'}" if bound else ""))
    return {"what": what, "found": found, "promised": bound, "kept": kept if bound else None}


if __name__ == "__main__":
    main()
