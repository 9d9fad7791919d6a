"""Schedules on request: add one per name with checked parameters, show it, stop it for good."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from shared.core.errors import Conflict, Missing
from shared.core.ledger import Kind, State
from shared.core.scenario import Scenario
from shared.core.strict_json import fit
from shared.training.recurrence import Recurrence, read_start
from shared.training.requests import Submission, dataset_of, run_answer, submission_of
from shared.training.schedule import Schedule
from shared.training.schemas import ScheduleAnswer, ScheduleBody

if TYPE_CHECKING:
    from shared.training.ports import TrainingPorts


# A lost try means that an occurrence was answered meanwhile.
_TRIES = 5


@dataclass(frozen=True, slots=True)
class ScheduleRequest:
    """A request for a schedule; without a start it starts when it is added."""

    name: str
    submission: Submission
    recurrence: Recurrence
    start: datetime | None

    @property
    def digest(self) -> str:
        """Equal requests have equal digests."""
        start = self.start.isoformat() if self.start else ""
        facts = [self.submission.digest, self.recurrence.frequency, self.recurrence.interval, start]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def read_schedule_request(value: Any) -> ScheduleRequest:
    """The request in a JSON body; BadInput for a body that is none."""
    body: ScheduleBody = fit(value, ScheduleBody)
    every: Any = body.recurrence
    recurrence = Recurrence(every.__struct_config__.tag, int(every.interval))
    start = None if every.start_time is UNSET else read_start(every.start_time)
    return ScheduleRequest(body.name, submission_of(body), recurrence, start)


def add(ports: TrainingPorts, scenario: Scenario, request: ScheduleRequest) -> Schedule:
    """Add the schedule, unless the same one was added before; returns it.

    Without a start it is due at once; a start that has passed makes it due at the next occurrence. Conflict when the
    name has a schedule of other content, or one that was stopped: a name is used once.
    """
    dataset_of(ports, scenario, request.submission)
    request.submission.options.checked(scenario)
    new = _schedule(ports, scenario, request)
    schedule = ports.training.schedules.add(new)
    if schedule.digest != new.digest:
        raise Conflict(f"Schedule {schedule.name} has other content; accepted: the same content, or another name.")
    if schedule.state == "stopped":
        raise Conflict(f"Schedule {schedule.name} was stopped, and a name is used once; accepted: another name.")
    often = f"{schedule.recurrence.words} from {schedule.start.isoformat()}"
    ports.core.ledger.note(Kind.SCHEDULE, schedule.key, State.ACTIVE, f"Training was scheduled {often}.")
    return schedule


def _schedule(ports: TrainingPorts, scenario: Scenario, request: ScheduleRequest) -> Schedule:
    now = ports.core.clock()
    start = request.start or now.replace(microsecond=0)
    return Schedule(
        scenario=scenario.name,
        name=request.name,
        experiment=request.submission.experiment,
        dataset=request.submission.dataset,
        profile=request.submission.profile,
        options=request.submission.options,
        frequency=request.recurrence.frequency,
        every=request.recurrence.interval,
        start=start,
        digest=request.digest,
        created_at=now,
        due=request.recurrence.first_from(start, now) if request.start else start,
    )


def find_schedule(ports: TrainingPorts, scenario: Scenario, name: str) -> Schedule:
    """The scenario's schedule; Missing when it has none of that name."""
    schedule = ports.training.schedules.find(scenario.name, name)
    if schedule is None:
        raise Missing(f"{scenario.name} has no schedule {name[:100]!r}.")
    return schedule


def stop(ports: TrainingPorts, scenario: Scenario, name: str) -> Schedule:
    """Stop the schedule for good; a run it has started goes on. Stopping it again changes nothing."""
    for _ in range(_TRIES):
        current = find_schedule(ports, scenario, name)
        if current.state == "stopped":
            return current
        stopped = replace(current, state="stopped", stopped_at=ports.core.clock())
        if ports.training.schedules.change(current, stopped):
            ports.core.ledger.note(Kind.SCHEDULE, stopped.key, State.STOPPED, "The schedule was stopped on request.")
            return stopped
    raise Conflict(f"Schedule {name} changes at this moment; try again in a few seconds.")


def schedule_answer(ports: TrainingPorts, schedule: Schedule) -> ScheduleAnswer:
    """The schedule as callers read it, with its last run and the state of that."""
    run = ports.training.runs.find(schedule.last_run) if schedule.last_run else None
    assigned = {"dataset": schedule.dataset, "profile": schedule.profile}
    return {
        "Id": schedule.name,
        "Name": schedule.name,
        "Status": schedule.state,
        "ExperimentName": schedule.experiment,
        "ParameterAssignments": {name: value for name, value in assigned.items() if value} | schedule.options.to_json(),
        "Recurrence": {
            "Frequency": schedule.frequency,
            "Interval": schedule.every,
            "StartTime": schedule.start.isoformat(),
        },
        "NextDue": schedule.due.isoformat() if schedule.state == "active" else None,
        "LastDue": schedule.last_due.isoformat() if schedule.last_due else None,
        "LastOutcome": schedule.reason,
        "LastRun": run_answer(run) if run else None,
        "CreatedAt": schedule.created_at.isoformat(),
        "StoppedAt": schedule.stopped_at.isoformat() if schedule.stopped_at else None,
    }
