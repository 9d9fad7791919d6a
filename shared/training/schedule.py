"""A schedule: a training submission that is made again and again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.training.options.run_options import NOTHING, RunOptions
from shared.training.recurrence import Recurrence

State = Literal["active", "stopped"]


@dataclass(frozen=True, slots=True)
class Schedule:
    """A submission that is made at every occurrence; `due` is the next one.

    (scenario, name) is used once. `digest` is that of the request; `last_due` and `reason` are those of the newest
    occurrence that is over, `last_run` is the newest run that was started.
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
    options: RunOptions = NOTHING

    @property
    def recurrence(self) -> Recurrence:
        """How often."""
        return Recurrence(self.frequency, self.every)

    @property
    def key(self) -> str:
        """The ledger key of the schedule."""
        return f"{self.scenario}/{self.name}"

    @property
    def occurrence_key(self) -> str:
        """The ledger key of the occurrence that is due."""
        return f"{self.key}/{self.due:%Y-%m-%dT%H:%M:%SZ}"

    @staticmethod
    def named_by(occurrence_key: str) -> tuple[str, str]:
        """The scenario and the name of the schedule whose occurrence has that key."""
        scenario, name, _ = occurrence_key.split("/")
        return scenario, name
