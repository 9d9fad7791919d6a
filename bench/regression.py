"""Every benchmark that needs no peer, small, beside the ratios that are committed: `make bench`.

    python bench/regression.py [--rounds 5] [--only NAME ...] [--write]

Each case times this project and its limit in turns, in one run; a ratio is ours by the limit, so more is slower. A case
has regressed when the ratio of every round is more than a tenth above the committed one; then the command fails.
`--write` commits what was measured to bench/ratios.json: do that on a quiet machine, and say why in the commit.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Not this folder first: its profile.py would hide the one of the standard library.
sys.path[:] = [str(HERE.parent), *(place for place in sys.path if place != str(HERE)), str(HERE)]

# Before numpy, whose loops it chooses for this processor, as in the app.
import shared  # noqa: E402, F401 -- the path is set first

COMMITTED = HERE / "ratios.json"
MARGIN = 0.10
ROWS = 200_000
EVENTS = 400
Case = Callable[[Path, int], Sequence[float]]


def judge(rounds: Sequence[float], committed: float | None) -> str:
    """What the rounds say beside the committed ratio: kept, slower, faster, or new when none is committed."""
    if committed is None:
        return "new"
    if min(rounds) > committed * (1 + MARGIN):
        return "slower"
    return "faster" if max(rounds) < committed * (1 - MARGIN) else "kept"


def scoring(kind: str) -> Case:
    """A Parquet file to a Parquet file of predictions, by onnxruntime alone."""

    def case(folder: Path, rounds: int) -> Sequence[float]:
        from batch_scoring import measure

        options = argparse.Namespace(repeats=rounds, peer_python=sys.executable)
        found = measure(("limit", "ours"), folder, kind, options)
        return _each(found["ours"].rounds, found["limit"].rounds)

    return case


def sqlite_load(folder: Path, rounds: int) -> Sequence[float]:
    """Processor time of loading predictions, by SQLite's own INSERT … SELECT."""
    from batch_pipelines import ours
    from sql import emptied, engine_itself, this_project
    from sqlalchemy import create_engine, event

    engine, file = create_engine(f"sqlite:///{folder}/rows.db"), folder / "trees-out.parquet"
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA journal_mode=WAL"))
    ours(folder, "trees")()
    limit, load = engine_itself(engine, file), this_project(engine, file)
    pairs = [(emptied(engine, load)[1], emptied(engine, limit)[1]) for _ in range(rounds)]
    engine.dispose()
    return [mine / theirs for mine, theirs in pairs]


def handler(rows: int) -> Case:
    """Processor time of the scoring function, by a lean answer inside an equal function."""

    def case(folder: Path, rounds: int) -> Sequence[float]:
        from http_data import bodies, deploy
        from http_handler import functions, speed

        if not (folder / "home").exists():
            deploy(folder / "home", folder)
        score, lean, request = functions(folder)
        asked = bodies(rows)
        mine, theirs = request(asked["inputs"]), request(asked["rows"])
        return [speed(lean, theirs) / speed(score, mine) for _ in range(rounds)]

    return case


def cold_start(name: str) -> Case:
    """A fresh process with these imports, by the bare `import azure.functions`."""

    def case(_folder: Path, rounds: int) -> Sequence[float]:
        from cold_start import BARE, CASES, seconds

        statement = next(statement for known, statement, _ in CASES if known == name)
        return [seconds(statement) / seconds(BARE) for _ in range(rounds)]

    return case


def ledger(name: str) -> Case:
    """SQLite's own commits to the same disk in a second, by ours of one worker."""

    def case(_folder: Path, rounds: int) -> Sequence[float]:
        from events import commits, ours

        found = []
        for _ in range(rounds):
            with tempfile.TemporaryDirectory() as place:
                limit, mine = commits(Path(place), EVENTS), ours(Path(place), EVENTS, workers=1)[name]
                found.append(limit.a_second / mine.a_second)
        return found

    return case


def described(kind: str) -> Case:
    """Processor time of profile and drift of a table, by that of reading it."""

    def case(folder: Path, rounds: int) -> Sequence[float]:
        from profile_table import write_table
        from profile_ways import ours, scan

        file = folder / f"{kind}.parquet"
        write_table(file, ROWS, kind)
        run, limit = ours(file, folder / f"{kind}.json"), scan(file, file)
        run(), limit()
        return [_spent(run) / _spent(limit) for _ in range(rounds)]

    return case


CASES: Mapping[str, Case] = {
    "score trees / onnxruntime": scoring("trees"),
    "score linear / onnxruntime": scoring("linear"),
    "load SQLite / INSERT … SELECT": sqlite_load,
    "answer 1 row / lean handler": handler(1),
    "answer 100 rows / lean handler": handler(100),
    "profile and drift, mixed / scan": described("mixed"),
    "profile and drift, continuous / scan": described("continuous"),
    "cold start of a window / bare import": cold_start("score a window"),
    "cold start of ingest / bare import": cold_start("ingest a file"),
    "commits / new events claimed": ledger("new"),
    "commits / repeats dismissed": ledger("repeats"),
}


def main() -> None:
    """Measure, print, and fail when something has become slower."""
    from batch_data import write_models, write_rows

    options = _options()
    committed: dict[str, float] = json.loads(COMMITTED.read_text()) if COMMITTED.exists() else {}
    began, found = time.perf_counter(), {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_models(folder)
        write_rows(folder / "rows.parquet", ROWS)
        print(f"{'ours / limit':38} {'median':>7} {'least':>7} {'most':>7} {'before':>7}")
        for name in options.only or CASES:
            found[name] = CASES[name](folder, options.rounds)
            print(_told(name, found[name], committed.get(name)), flush=True)
    print(f"{time.perf_counter() - began:.0f} s")
    if options.write:
        medians = {name: round(statistics.median(rounds), 3) for name, rounds in found.items()}
        COMMITTED.write_text(json.dumps(committed | medians, indent=2, ensure_ascii=False) + "\n")
    elif slower := [name for name, rounds in found.items() if judge(rounds, committed.get(name)) == "slower"]:
        sys.exit(f"Slower by more than {MARGIN:.0%} in every round: {'; '.join(slower)}.")


def _told(name: str, rounds: Sequence[float], committed: float | None) -> str:
    before = "" if committed is None else f"{committed:.2f}"
    middle = statistics.median(rounds)
    return f"{name:38} {middle:7.2f} {min(rounds):7.2f} {max(rounds):7.2f} {before:>7} {judge(rounds, committed)}"


def _each(mine: Sequence[float], theirs: Sequence[float]) -> Sequence[float]:
    return [a / b for a, b in zip(mine, theirs, strict=True)]


def _spent(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="how often each case is measured")
    parser.add_argument("--only", nargs="+", choices=CASES, metavar="NAME", help="only these cases")
    parser.add_argument("--write", action="store_true", help="commit what is measured to bench/ratios.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
