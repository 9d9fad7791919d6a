"""A training run, its states, and how far its worker is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.training.options.run_options import NOTHING, RunOptions

RunState = Literal["requested", "running", "completed", "failed"]


@dataclass(frozen=True, slots=True)
class Run:
    """A training run of one dataset version. `request` is unique: dataset, pipeline version, and a key when forced.

    `options` are those it was asked for, with those of the settings where it was asked for none.
    """

    id: str
    scenario: str
    dataset: str
    request: str
    state: RunState
    attempts: int
    reason: str
    created_at: datetime
    updated_at: datetime
    profile: str = "default"
    options: RunOptions = NOTHING

    @property
    def attempt_name(self) -> str:
        """The name of the present attempt, where a service wants one: `<run>-<attempt>`."""
        return f"{self.id}-{self.attempts}"


@dataclass(frozen=True, slots=True)
class RunProgress:
    """The step that a worker is at, and the share of the whole run that is done, 0 to 1.

    While candidates are tried: how many of how many, the best score so far, and about how many seconds are left.
    """

    step: str
    done: float
    candidate: int | None = None
    of: int | None = None
    best: float | None = None
    seconds_left: float | None = None
