"""What bench/automl.py measures in the same way for every tool."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable
from typing import Any

# The machine that a budget in seconds is about; the real one may have other work.
CORES = 2
_ROUNDS, _SINGLE_ROUNDS = 5, 20


def count_own_time() -> None:
    """Let the clocks of this process go on only with its own work: a budget is the same on a machine with other work.

    A second is what this many cores do in one. Call it before a tool is imported.
    """
    began = time.time()
    time.time = lambda: began + time.process_time() / CORES
    time.monotonic = lambda: time.process_time() / CORES


def processor_seconds() -> float:
    """User and system time of this process and of the children that it waited for."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def fitted(fit: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """What `fit` returns, with its wall and processor seconds."""
    wall, processor = time.perf_counter(), processor_seconds()
    found = fit()
    seconds = {"seconds": time.perf_counter() - wall, "processor_seconds": processor_seconds() - processor}
    return found, {name: round(value, 1) for name, value in seconds.items()}


def timed(predict: Callable[[Any], Any], rows: Any, first: Any) -> dict[str, float]:
    """Medians of the processor milliseconds that 1000 rows and one row take."""
    many = _median(lambda: predict(rows), _ROUNDS) / len(rows) * 1000
    return {"ms_1000_rows": round(many, 2), "ms_one_row": round(_median(lambda: predict(first), _SINGLE_ROUNDS), 3)}


def peak_mb() -> float:
    """The largest memory that this process had."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 0)


def _median(run: Callable[[], Any], rounds: int) -> float:
    run()
    taken = []
    for _ in range(rounds):
        started = time.process_time()
        run()
        taken.append(1000 * (time.process_time() - started))
    return statistics.median(taken)
