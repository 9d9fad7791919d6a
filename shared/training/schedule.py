"""Training that comes again by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.training.recurrence import Recurrence

State = Literal["active", "stopped"]


@dataclass(frozen=True, slots=True)
class Schedule:
    """A submission that is made again and again. `due` is the occurrence that has not been answered yet.

    (scenario, name) is used once. `digest` is that of what was asked for; `last_due` and `reason` tell of the newest
    occurrence that was answered, `last_run` of the newest that was started.
    """

    scenario: str
    name: str
    experiment: str
    dataset: str
    profile: str
    frequency: str
    every: int
    start: datetime
    digest: str
    created_at: datetime
    due: datetime
    state: State = "active"
    stopped_at: datetime | None = None
    last_due: datetime | None = None
    last_run: str = ""
    reason: str = ""

    @property
    def recurrence(self) -> Recurrence:
        """How often."""
        return Recurrence(self.frequency, self.every)

    @property
    def key(self) -> str:
        """What history calls it."""
        return f"{self.scenario}/{self.name}"

    @property
    def occurrence_key(self) -> str:
        """What history calls the occurrence that has not been answered yet."""
        return f"{self.key}/{self.due:%Y-%m-%dT%H:%M:%SZ}"

    @staticmethod
    def named_by(occurrence_key: str) -> tuple[str, str]:
        """The scenario and the name of the schedule whose occurrence has that key."""
        scenario, name, _ = occurrence_key.split("/")
        return scenario, name
