"""How many fits run in parallel: as many as there are cores, with one thread inside each.

A fit on one thread adds numbers up in one order, so the core count of a machine cannot change a model.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import BoundedSemaphore, local

from model_training.runtime.memory import trim

_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def cores() -> int:
    """The cores of this machine that this process may use."""
    return os.process_cpu_count() or 1


_PLACES, _PLACE = BoundedSemaphore(cores()), local()


def limit(environ: MutableMapping[str, str]) -> None:
    """Tell numeric libraries that are imported later to use one thread each."""
    environ.update(dict.fromkeys(_VARIABLES, "1"))


def run_parallel[T](jobs: Sequence[Callable[[], T]]) -> list[T]:
    """The results of all jobs in their order, run on up to `cores()` threads with one numeric thread each.

    Steps that run at the same time share the cores: no more jobs of all of them run at once, and need memory, than
    there are cores. Jobs within a job run one after the other in its place.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # the package has no types

    if getattr(_PLACE, "taken", False):
        return [job() for job in jobs]

    def on_one_thread(job: Callable[[], T]) -> T:
        # OpenMP keeps its limit per calling thread, so each thread sets it again.
        with _place(), threadpool_limits(1, user_api="openmp"):
            done = job()
            trim()
            return done

    with threadpool_limits(1), ThreadPoolExecutor(cores()) as pool:
        return list(pool.map(on_one_thread, jobs))


@contextmanager
def _place() -> Iterator[None]:
    """One of as many places as there are cores, when one is free."""
    with _PLACES:
        _PLACE.taken = True
        try:
            yield
        finally:
            _PLACE.taken = False
