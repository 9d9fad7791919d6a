"""A clock for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2024, 2, 29, 23, 59, 59, 123456, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The time."""
        return self.now

    def move(self, **by: float) -> datetime:
        """Move by `timedelta(**by)`; the new time."""
        self.now += timedelta(**by)
        return self.now
