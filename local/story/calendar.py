"""The story's clock: it goes as fast as any other, and jumps to the day on which the story goes on."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

YEAR = 2026
_MORNING = 8


class Calendar:
    """A clock that is moved forward by hand, so that a year passes in minutes; it never goes back."""

    def __init__(self) -> None:
        self._moved = datetime(YEAR, 1, 1, _MORNING, tzinfo=UTC)
        self._since = time.monotonic()

    def __call__(self) -> datetime:
        """The time it shows."""
        return self._moved + timedelta(seconds=time.monotonic() - self._since)

    def go_to(self, month: int, day: int) -> None:
        """The morning of that day; what lies behind is not gone back to."""
        self._move(datetime(YEAR, month, day, _MORNING, tzinfo=UTC))

    def wait(self, **amount: float) -> None:
        """So much time passes."""
        self._move(self() + timedelta(**amount))

    def _move(self, to: datetime) -> None:
        self._moved, self._since = max(to, self()), time.monotonic()
