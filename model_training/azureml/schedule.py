"""A pipeline job on a recurrence, in the words that requests to this project use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.errors import BadInput

FREQUENCIES = ("Minute", "Hour", "Day", "Week", "Month")


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Every `interval` times `frequency`; BadInput names the words that are accepted."""

    frequency: str
    interval: int

    def __post_init__(self) -> None:
        if self.frequency not in FREQUENCIES:
            accepted = ", ".join(FREQUENCIES)
            raise BadInput(f"Recurrence {self.frequency!r} is not known; accepted: {accepted}, with an interval.")
        if self.interval < 1:
            raise BadInput(f"An interval of {self.interval} is not possible; accepted: 1 or more.")


def schedule(name: str, recurrence: Recurrence, job: Any) -> Any:
    """The job every so often, from when the schedule is created, in UTC."""
    from azure.ai.ml.entities import JobSchedule, RecurrenceTrigger

    trigger = RecurrenceTrigger(frequency=recurrence.frequency.lower(), interval=recurrence.interval)
    return JobSchedule(name=name, trigger=trigger, create_job=job)
