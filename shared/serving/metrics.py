"""What one process sees of the versions that answer: requests, errors, latency and answers, counted by the minute."""

from __future__ import annotations

import time
import uuid
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import add, itemgetter
from threading import Lock
from typing import TYPE_CHECKING, Literal

from shared.core.errors import Fault
from shared.core.scenario import Task
from shared.serving.deployment import Deployment
from shared.serving.health import LATENCY_MS, Health

if TYPE_CHECKING:
    import numpy as np

    from shared.serving.ports import ServingPorts

# Cells of the answers: probabilities in twentieths, labels by position, numbers on a symmetric logarithmic scale.
CELLS = 20
_NUMBER_CELLS = 64
# Up to so many rows a loop is faster than setting arrays up.
_FEW = 16
FLUSH_SECONDS = 1.0
# So many answers wait to be counted together: one by one they cost more than the model of one row.
_TOGETHER = 256
Role = Literal["champion", "canary", "shadow"]
_Key = tuple[str, str, int, int, Role, datetime]


@dataclass(slots=True)
class _Counts:
    requests: int = 0
    rows: int = 0
    errors: int = 0
    latency: list[int] = field(default_factory=lambda: [0] * (len(LATENCY_MS) + 1))
    answers: list[int] = field(default_factory=list)


# What a request came to, counted later: whose it was, when, what was answered, in how many seconds.
_Answered = tuple[Deployment, Role, Task, datetime, "np.ndarray", float]


class Meter:
    """Counts in memory and stores what changed at most once a second; the numbers of all processes add up."""

    def __init__(self, ports: ServingPorts, seconds: Callable[[], float] = time.monotonic) -> None:
        self._ports = ports
        self._seconds = seconds
        self._instance = uuid.uuid4().hex[:12]
        self._lock = Lock()
        self._storing = Lock()
        self._counts: dict[_Key, _Counts] = {}
        self._changed: set[_Key] = set()
        self._waiting: deque[_Answered] = deque()
        self._flushed = seconds()

    def answered(self, deployment: Deployment, role: Role, task: Task, answers: np.ndarray, seconds: float) -> None:
        """Count a request that was answered."""
        self._waiting.append((deployment, role, task, self._ports.core.clock(), answers, seconds))
        if len(self._waiting) >= _TOGETHER:
            with self._lock:
                self._count_waiting()
        if self._seconds() - self._flushed >= FLUSH_SECONDS:
            self._store(wait=False)

    def failed(self, deployment: Deployment, role: Role) -> None:
        """Count a request that the version could not answer; stored at once, since it may end a rollout."""
        with self._lock:
            counts = self._of(deployment, role, _minute(self._ports.core.clock()))
            counts.requests += 1
            counts.errors += 1
        self._store(wait=False)

    def flush(self) -> None:
        """Store everything that changed since the last time."""
        self._store(wait=True)

    def _store(self, *, wait: bool) -> None:
        """One thread at a time, so that what is older never overtakes; a request does not wait for another's writing.

        A database that does not take the numbers costs nobody an answer: they are kept for the next time.
        """
        if not self._storing.acquire(blocking=wait):
            return
        try:
            with self._lock:
                self._count_waiting()
                self._flushed = self._seconds()
                keys, self._changed = self._changed, set()
                seen = [self._health(key) for key in keys]
            try:
                self._ports.serving.health.keep(seen)
            except Fault:
                with self._lock:
                    self._changed |= keys
            self._forget()
        finally:
            self._storing.release()

    def _forget(self) -> None:
        """Minutes that are over and stored."""
        with self._lock:
            newest = max((key[-1] for key in self._counts), default=None)
            kept = {key for key in self._counts if key[-1] == newest} | self._changed
            self._counts = {key: one for key, one in self._counts.items() if key in kept}

    def _count_waiting(self) -> None:
        """Under the lock. Another request may go on adding: it is counted the next time."""
        taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
        for (deployment, role, task), group in groupby(taken, itemgetter(0, 1, 2)):
            for minute, answered in _by_minute(list(group)):
                self._count(self._of(deployment, role, minute), task, answered)

    def _count(self, counts: _Counts, task: Task, answered: Sequence[_Answered]) -> None:
        *_, answers, times = zip(*answered, strict=True)
        for seconds in times:
            counts.latency[bisect_left(LATENCY_MS, seconds * 1000)] += 1
        counts.requests += len(answers)
        counts.rows += sum(map(len, answers))
        found = _cells_of(answers, task)
        counts.answers = list(map(add, counts.answers or [0] * len(found), found))

    def _of(self, deployment: Deployment, role: Role, minute: datetime) -> _Counts:
        key = (deployment.scenario, deployment.environment, deployment.generation, deployment.version, role, minute)
        self._changed.add(key)
        return self._counts.setdefault(key, _Counts())

    def _health(self, key: _Key) -> Health:
        counts = self._counts[key]
        numbers = (counts.requests, counts.rows, counts.errors, tuple(counts.latency), tuple(counts.answers))
        return Health(*key, self._instance, *numbers)


def _by_minute(answered: Sequence[_Answered]) -> Iterable[tuple[datetime, Sequence[_Answered]]]:
    first, last = _minute(answered[0][3]), _minute(answered[-1][3])
    if first == last:
        return [(first, answered)]
    return [(minute, list(group)) for minute, group in groupby(answered, lambda one: _minute(one[3]))]


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _cells_of(answers: Sequence[np.ndarray], task: Task) -> list[int]:
    if len(answers) == 1:
        return cells(task, answers[0])
    import numpy as np

    return cells(task, np.concatenate(answers))


def cells(task: Task, answers: np.ndarray) -> list[int]:
    """How many rows fall into each cell: of two labels by the second's probability, of more by the likeliest label.

    Of several labels at once by how many are likelier than not; numbers on a scale of asinh, half a unit a cell.
    """
    if task == "binary" and len(answers) <= _FEW:
        return _few_cells(answers)
    import numpy as np

    # A graph may answer with what is no number; such an answer counts as 0.
    values = np.nan_to_num(np.asarray(answers, dtype=np.float64))
    if task == "binary":
        place, count = np.clip((values[:, 1] * CELLS).astype(int), 0, CELLS - 1), CELLS
    elif task == "multiclass":
        place, count = values.argmax(axis=1), values.shape[1]
    elif task == "multilabel":
        place, count = (values > 0.5).sum(axis=1), values.shape[1] + 1  # noqa: PLR2004 -- likelier than not
    else:
        middle = _NUMBER_CELLS // 2
        place = np.clip(np.floor(np.arcsinh(values[:, 0]) * 2).astype(int) + middle, 0, _NUMBER_CELLS - 1)
        count = _NUMBER_CELLS
    return [int(one) for one in np.bincount(place, minlength=count)]


def _few_cells(answers: np.ndarray) -> list[int]:
    found = [0] * CELLS
    for share in answers[:, 1].tolist():
        # What is no number compares with nothing, and counts as 0.
        found[int(share * CELLS) if 0 <= share < 1 else (CELLS - 1 if share >= 1 else 0)] += 1
    return found
