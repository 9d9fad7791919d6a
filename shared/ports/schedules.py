"""Training that comes again by itself, as it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from shared.domain.schedules import Schedule


class Schedules(Protocol):
    """Schedules; one per scenario and name, for good."""

    def add(self, schedule: Schedule) -> Schedule:
        """Keep it; when the name is known the schedule that stands is returned."""
        ...

    def find(self, scenario: str, name: str) -> Schedule | None:
        """The schedule, or None."""
        ...

    def list(self, scenario: str | None = None, due: datetime | None = None) -> Sequence[Schedule]:
        """All schedules by the time they were made; with `due` those that are active and due by then."""
        ...

    def change(self, seen: Schedule, changed: Schedule) -> bool:
        """Compare-and-set by state and occurrence; False when it is not as it was seen."""
        ...
