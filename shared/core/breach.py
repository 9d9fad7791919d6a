"""A breach: something is wrong with the data or the model of a scenario, with its cause and its place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Cause(StrEnum):
    """What a breach looks like: a defect of the data, or drift."""

    SCHEMA_CHANGE = "schema_change"
    UNIT_CHANGE = "unit_change"
    STUCK_SENSOR = "stuck_sensor"
    NULL_SURGE = "null_surge"
    VOLUME_DROP = "volume_drop"
    DUPLICATE_LOAD = "duplicate_load"
    DATA_OVERDUE = "data_overdue"
    POPULATION_DRIFT = "population_drift"
    CONCEPT_DRIFT = "concept_drift"


# A model may learn from drift. Every other cause is a defect of the data, and a model must not learn from a defect.
MAY_RETRAIN = frozenset({Cause.POPULATION_DRIFT, Cause.CONCEPT_DRIFT})


class BreachState(StrEnum):
    """Whether the breach still exists."""

    OPEN = "open"
    CLOSED = "closed"


class Action(StrEnum):
    """What the system does about a breach."""

    ALERT = "alert"
    QUARANTINE = "quarantine"
    RETRAIN = "retrain"


@dataclass(frozen=True, slots=True)
class Breach:
    """What is wrong, with its probable cause, its column, and the windows that show it.

    At most one is open per (scenario, cause, table, column); after it is closed, the same problem opens a new one.
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
        """Whether retraining can help."""
        return self.cause in MAY_RETRAIN
