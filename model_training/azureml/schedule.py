"""A pipeline job on a recurrence, in the words that requests to this project use."""

from __future__ import annotations

from typing import Any

from shared.training.recurrence import Recurrence


def schedule(name: str, recurrence: Recurrence, job: Any) -> Any:
    """The job every so often, from when the schedule is created, in UTC."""
    from azure.ai.ml.entities import JobSchedule, RecurrenceTrigger

    trigger = RecurrenceTrigger(frequency=recurrence.frequency.lower(), interval=recurrence.interval)
    return JobSchedule(name=name, trigger=trigger, create_job=job)
