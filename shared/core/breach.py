"""Breach."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Cause = Literal[
    "schema_change",
    "unit_change",
    "stuck_sensor",
    "null_surge",
    "volume_drop",
    "duplicate_load",
    "population_drift",
    "concept_drift",
]


CAUSES: tuple[Cause, ...] = (
    "schema_change",
    "unit_change",
    "stuck_sensor",
    "null_surge",
    "volume_drop",
    "duplicate_load",
    "population_drift",
    "concept_drift",
)


# Only these say that the world has changed; all others say that data is wrong, and a model must not learn from that.
MAY_RETRAIN: frozenset[Cause] = frozenset({"population_drift", "concept_drift"})


BreachState = Literal["open", "closed"]


Action = Literal["alert", "quarantine", "retrain"]


@dataclass(frozen=True, slots=True)
class Breach:
    """Something is wrong, what its cause looks like, in which column, and since when.

    One per (scenario, cause, table, column) while it is open; a closed one that comes back is a new breach.
    """

    scenario: str
    id: str
    cause: Cause
    table: str
    column: str
    state: BreachState
    action: Action
    sentence: str
    first_window: str
    last_window: str
    windows: int
    first_seen: datetime
    last_seen: datetime

    @property
    def may_retrain(self) -> bool:
        """Whether learning again can help."""
        return self.cause in MAY_RETRAIN
