"""Fits run side by side, as many as there are cores."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier, Lock

from model_training.runtime.threads import cores, run_parallel


def test_two_steps_share_the_cores() -> None:
    """However many jobs each brings, no more run at once than there are cores, and all of these do."""
    lock, running, most = Lock(), set[int](), [0]
    meet = Barrier(cores(), timeout=60)

    def job(number: int) -> int:
        with lock:
            running.add(number)
            most[0] = max(most[0], len(running))
        # Nobody leaves before every core has a job.
        meet.wait()
        with lock:
            running.discard(number)
        return number

    steps = [[partial(job, 100 * step + number) for number in range(2 * cores())] for step in range(2)]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(run_parallel, steps))
    assert found == [[100 * step + number for number in range(2 * cores())] for step in range(2)]
    assert most == [cores()]


def test_jobs_within_a_job_take_its_place() -> None:
    """They wait for no other place, so that jobs of jobs end."""
    inner = [partial(int, number) for number in range(3)]
    assert run_parallel([partial(run_parallel, inner)] * (3 * cores())) == [[0, 1, 2]] * (3 * cores())
