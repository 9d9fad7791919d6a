"""What every writer calls first: the mark of work is set before the first byte is written."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from shared.core.errors import Transient
from shared.core.timers.work_mark import COUNTS_FOR, RENEW_AFTER, Mark

if TYPE_CHECKING:
    from shared.core.ports import WorkMarks


class WorkMarking:
    """Sets the mark when this process has not done so within a minute; one call costs nothing else."""

    def __init__(self, marks: WorkMarks, clock: Callable[[], datetime]) -> None:
        self._marks = marks
        self._clock = clock
        self._set_at: datetime | None = None

    def __call__(self) -> None:
        """Return when a mark stands that covers what is written next; Transient when none can be set."""
        now = self._clock()
        if not self._is_fresh(now):
            # Two threads may both set one: a lock would let all wait for a store that is slow.
            self._set(now)

    def _is_fresh(self, now: datetime) -> bool:
        return self._set_at is not None and abs(now - self._set_at) < RENEW_AFTER

    def _set(self, now: datetime) -> None:
        try:
            self._marks.set(Mark(secrets.token_hex(8), now))
        except Transient:
            # Work that began ends also while the store of marks is away.
            if self._set_at is None or abs(now - self._set_at) >= COUNTS_FOR:
                raise
        else:
            self._set_at = now
