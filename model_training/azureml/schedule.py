"""A pipeline job that recurs, described as retraining requests describe a recurrence."""

from __future__ import annotations

from typing import Any

from shared.training.recurrence import Recurrence


def schedule(name: str, recurrence: Recurrence, job: Any) -> Any:
    """The schedule of the job, which starts when it is created; times are UTC."""
    from azure.ai.ml.entities import JobSchedule, RecurrenceTrigger

    trigger = RecurrenceTrigger(frequency=recurrence.frequency.lower(), interval=recurrence.interval)
    return JobSchedule(name=name, trigger=trigger, create_job=job)
