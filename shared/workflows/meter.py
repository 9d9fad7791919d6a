"""What one process sees of the versions that answer: requests, errors, latency and answers, counted by the minute."""

from __future__ import annotations

import time
import uuid
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from operator import add
from threading import Lock
from typing import TYPE_CHECKING, Literal

from shared.domain.health import LATENCY_MS
from shared.domain.records import Deployment
from shared.domain.release import Health
from shared.domain.scenario import Task
from shared.errors import Fault
from shared.ports import Ports

if TYPE_CHECKING:
    import numpy as np

# Cells of the answers: probabilities in twentieths, labels by position, numbers on a symmetric logarithmic scale.
CELLS = 20
_NUMBER_CELLS = 64
# Up to so many rows a loop is faster than setting arrays up.
_FEW = 16
FLUSH_SECONDS = 1.0
Role = Literal["champion", "canary", "shadow"]
_Key = tuple[str, str, int, int, Role, datetime]


@dataclass(slots=True)
class _Counts:
    requests: int = 0
    rows: int = 0
    errors: int = 0
    latency: list[int] = field(default_factory=lambda: [0] * (len(LATENCY_MS) + 1))
    answers: list[int] = field(default_factory=list)


class Meter:
    """Counts in memory and stores what changed at most once a second; the numbers of all processes add up."""

    def __init__(self, ports: Ports, seconds: Callable[[], float] = time.monotonic) -> None:
        self._ports = ports
        self._seconds = seconds
        self._instance = uuid.uuid4().hex[:12]
        self._lock = Lock()
        self._storing = Lock()
        self._counts: dict[_Key, _Counts] = {}
        self._changed: set[_Key] = set()
        self._flushed = seconds()

    def answered(self, deployment: Deployment, role: Role, task: Task, answers: np.ndarray, seconds: float) -> None:
        """Count a request that was answered."""
        found = cells(task, answers)
        with self._lock:
            counts = self._of(deployment, role)
            counts.rows += len(answers)
            counts.latency[bisect_left(LATENCY_MS, seconds * 1000)] += 1
            counts.answers = list(map(add, counts.answers or [0] * len(found), found))
        self._flush_when_due()

    def failed(self, deployment: Deployment, role: Role) -> None:
        """Count a request that the version could not answer; stored at once, since it may end a rollout."""
        with self._lock:
            self._of(deployment, role).errors += 1
        self._store(wait=False)

    def flush(self) -> None:
        """Store everything that changed since the last time."""
        self._store(wait=True)

    def _flush_when_due(self) -> None:
        if self._seconds() - self._flushed >= FLUSH_SECONDS:
            self._store(wait=False)

    def _store(self, *, wait: bool) -> None:
        """One thread at a time, so that what is older never overtakes; a request does not wait for another's writing.

        A database that does not take the numbers costs nobody an answer: they are kept for the next time.
        """
        if not self._storing.acquire(blocking=wait):
            return
        try:
            with self._lock:
                self._flushed = self._seconds()
                keys, self._changed = self._changed, set()
                seen = [self._health(key) for key in keys]
            try:
                self._ports.health.keep(seen)
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

    def _of(self, deployment: Deployment, role: Role) -> _Counts:
        minute = self._ports.clock().replace(second=0, microsecond=0)
        key = (deployment.scenario, deployment.environment, deployment.generation, deployment.version, role, minute)
        self._changed.add(key)
        counts = self._counts.setdefault(key, _Counts())
        counts.requests += 1
        return counts

    def _health(self, key: _Key) -> Health:
        counts = self._counts[key]
        numbers = (counts.requests, counts.rows, counts.errors, tuple(counts.latency), tuple(counts.answers))
        return Health(*key, self._instance, *numbers)


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
