"""The story's clock: it runs at normal speed and jumps to the day of the next chapter."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

YEAR = 2026
_MORNING = 8


class StoryClock:
    """A clock that is moved forward by hand, so that a year passes in minutes; it never runs back."""

    def __init__(self) -> None:
        self._moved = datetime(YEAR, 1, 1, _MORNING, tzinfo=UTC)
        self._since = time.monotonic()

    def __call__(self) -> datetime:
        """The current time of the story."""
        return self._moved + timedelta(seconds=time.monotonic() - self._since)

    def go_to(self, month: int, day: int) -> None:
        """Jump to the morning of that day, unless it is in the past."""
        self._move(datetime(YEAR, month, day, _MORNING, tzinfo=UTC))

    def wait(self, **amount: float) -> None:
        """Jump forward by this much time."""
        self._move(self() + timedelta(**amount))

    def _move(self, to: datetime) -> None:
        self._moved, self._since = max(to, self()), time.monotonic()
