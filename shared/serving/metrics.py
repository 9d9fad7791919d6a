"""Serving metrics of one process: requests, errors, latency and answers of each version, counted by the minute."""

from __future__ import annotations

import time
import uuid
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import add, attrgetter
from threading import Lock
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from shared.core.errors import Fault
from shared.core.scenario import Task
from shared.serving.answer_bins import FEW, Answers, bin_all
from shared.serving.deployment import Deployment
from shared.serving.health import LATENCY_MS, Health

if TYPE_CHECKING:
    import numpy as np

    from shared.serving.ports import ServingPorts

FLUSH_SECONDS = 1.0
# How long a time that was read stands for now.
CLOCK_SECONDS = 0.25
# This many answers are counted together: one by one they cost more than the model of one row.
_BATCH = 256
Role = Literal["champion", "canary", "shadow"]
_Key = tuple[str, str, int, int, Role, datetime]


@dataclass(slots=True)
class _Counts:
    requests: int = 0
    rows: int = 0
    errors: int = 0
    latency: list[int] = field(default_factory=lambda: [0] * (len(LATENCY_MS) + 1))
    answers: list[int] = field(default_factory=list)


class _Answer(Struct, gc=False):
    """An answered request that waits to be counted; a NamedTuple takes longer to make, and every request makes one."""

    deployment: Deployment
    role: Role
    task: Task
    at: datetime
    # Few rows as lists: arrays that wait cost the model fresh memory for each answer.
    answers: Answers
    seconds: float


class ServingMetrics:
    """Counts in memory and stores what changed at most once a second; the counts of all processes add up."""

    def __init__(self, ports: ServingPorts, seconds: Callable[[], float] = time.monotonic) -> None:
        self._ports = ports
        self._seconds = seconds
        self._instance = uuid.uuid4().hex[:12]
        self._lock = Lock()
        self._storing = Lock()
        self._counts: dict[_Key, _Counts] = {}
        self._changed: set[_Key] = set()
        self._waiting: deque[_Answer] = deque()
        self._flushed = self._looked = seconds()
        self._time = ports.core.clock()

    def record_answer(
        self, deployment: Deployment, role: Role, task: Task, answers: np.ndarray, seconds: float
    ) -> None:
        """Count a request that was answered."""
        now = self._seconds()
        if now - self._looked >= CLOCK_SECONDS:
            # The clock of a laptop looks into a file: answers are counted by the minute.
            self._looked, self._time = now, self._ports.core.clock()
        kept = answers.tolist() if len(answers) <= FEW else answers
        self._waiting.append(_Answer(deployment, role, task, self._time, kept, seconds))
        if len(self._waiting) >= _BATCH:
            with self._lock:
                self._count_waiting()

    def is_due(self) -> bool:
        """Whether the last flush was more than a second ago."""
        return self._seconds() - self._flushed >= FLUSH_SECONDS

    def record_failure(self, deployment: Deployment, role: Role) -> None:
        """Count a request that the version could not answer; stored at once, since it may end a rollout."""
        with self._lock:
            counts = self._counts_of(deployment, role, _minute(self._ports.core.clock()))
            counts.requests += 1
            counts.errors += 1
        self.store()

    def store(self) -> bool:
        """Store what was counted, and tell whether that was done: what another thread is about is for the next time."""
        return self._store(wait=False)

    def flush(self) -> None:
        """Store every count that changed since the last time."""
        self._store(wait=True)

    def _store(self, *, wait: bool) -> bool:
        """Store by one thread at a time, so that older counts never overwrite newer ones; no request waits for it.

        A database that refuses the counts costs no answer: they are stored the next time. Whether they were stored.
        """
        if not self._storing.acquire(blocking=wait):
            return False
        try:
            with self._lock:
                self._count_waiting()
                self._flushed = self._seconds()
                keys, self._changed = self._changed, set()
                health = [self._health(key) for key in keys]
            stored = self._keep(health)
            if not stored:
                with self._lock:
                    self._changed |= keys
            self._drop_stored_minutes()
            return stored
        finally:
            self._storing.release()

    def _keep(self, health: Sequence[Health]) -> bool:
        try:
            self._ports.serving.health.keep(health)
        except Fault:
            return False
        return True

    def _drop_stored_minutes(self) -> None:
        """Forget the minutes that are over and stored."""
        with self._lock:
            newest = max((key[-1] for key in self._counts), default=None)
            kept = {key for key in self._counts if key[-1] == newest} | self._changed
            self._counts = {key: counts for key, counts in self._counts.items() if key in kept}

    def _count_waiting(self) -> None:
        """Count what waits, under the lock; what another request adds meanwhile is counted the next time."""
        taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
        for (deployment, role, task), group in groupby(taken, attrgetter("deployment", "role", "task")):
            for minute, answered in _by_minute(list(group)):
                self._count(self._counts_of(deployment, role, minute), task, answered)

    def _count(self, counts: _Counts, task: Task, answered: Sequence[_Answer]) -> None:
        for one in answered:
            counts.latency[bisect_left(LATENCY_MS, one.seconds * 1000)] += 1
        answers = [one.answers for one in answered]
        counts.requests += len(answers)
        counts.rows += sum(map(len, answers))
        bins = bin_all(answers, task)
        counts.answers = list(map(add, counts.answers or [0] * len(bins), bins))

    def _counts_of(self, deployment: Deployment, role: Role, minute: datetime) -> _Counts:
        key = (deployment.scenario, deployment.environment, deployment.generation, deployment.version, role, minute)
        self._changed.add(key)
        return self._counts.setdefault(key, _Counts())

    def _health(self, key: _Key) -> Health:
        counts = self._counts[key]
        numbers = (counts.requests, counts.rows, counts.errors, tuple(counts.latency), tuple(counts.answers))
        return Health(*key, self._instance, *numbers)


def _by_minute(answered: Sequence[_Answer]) -> Iterable[tuple[datetime, Sequence[_Answer]]]:
    first, last = _minute(answered[0].at), _minute(answered[-1].at)
    if first == last:
        return [(first, answered)]
    return [(minute, list(group)) for minute, group in groupby(answered, lambda one: _minute(one.at))]


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
