"""Schedules on request: made with checked parameters, once per name; looked at; stopped for good."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from shared.core.errors import Conflict, Missing
from shared.core.scenario import Scenario
from shared.core.strict_json import fit
from shared.training.recurrence import Recurrence, read_start
from shared.training.requests import Submission, dataset_of, described, submission_of
from shared.training.schedule import Schedule
from shared.training.scheduled_runs import KIND
from shared.training.schemas import ScheduleAnswer, ScheduleBody

if TYPE_CHECKING:
    from shared.training.ports import TrainingPorts


# Each lost one means that an occurrence was answered meanwhile.
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """A schedule as it is asked for; without a start it starts when it is made."""

    name: str
    submission: Submission
    recurrence: Recurrence
    start: datetime | None

    @property
    def digest(self) -> str:
        """Equal wishes have equal digests."""
        start = self.start.isoformat() if self.start else ""
        facts = [self.submission.digest, self.recurrence.frequency, self.recurrence.interval, start]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def read_wanted(value: Any) -> Wanted:
    """The schedule in a JSON body; BadInput for anything that is not asked for here."""
    body: ScheduleBody = fit(value, ScheduleBody)
    every: Any = body.recurrence
    recurrence = Recurrence(every.__struct_config__.tag, int(every.interval))
    start = None if every.start_time is UNSET else read_start(every.start_time)
    return Wanted(body.name, submission_of(body), recurrence, start)


def add(ports: TrainingPorts, scenario: Scenario, wanted: Wanted) -> Schedule:
    """The schedule of that name, made now or made before with the same content; Conflict with another one.

    Without a start it is due at once; a start that has passed makes it due at the next occurrence. A name is used once:
    Conflict also when its schedule was stopped.
    """
    dataset_of(ports, scenario, wanted.submission)
    made = _made(ports, scenario, wanted)
    standing = ports.training.schedules.add(made)
    if standing.digest != made.digest:
        raise Conflict(f"Schedule {standing.name} has other content; accepted: the same content, or another name.")
    if standing.state == "stopped":
        raise Conflict(f"Schedule {standing.name} was stopped, and a name is used once; accepted: another name.")
    often = f"every {standing.every} {standing.frequency.lower()}(s) from {standing.start.isoformat()}"
    ports.core.ledger.note(KIND, standing.key, "active", f"Training was scheduled {often}.")
    return standing


def _made(ports: TrainingPorts, scenario: Scenario, wanted: Wanted) -> Schedule:
    now = ports.core.clock()
    start = wanted.start or now.replace(microsecond=0)
    return Schedule(
        scenario=scenario.name,
        name=wanted.name,
        experiment=wanted.submission.experiment,
        dataset=wanted.submission.dataset,
        profile=wanted.submission.profile,
        frequency=wanted.recurrence.frequency,
        every=wanted.recurrence.interval,
        start=start,
        digest=wanted.digest,
        created_at=now,
        due=wanted.recurrence.first_from(start, now) if wanted.start else start,
    )


def find(ports: TrainingPorts, scenario: Scenario, name: str) -> Schedule:
    """The scenario's schedule; Missing when it has none of that name."""
    found = ports.training.schedules.find(scenario.name, name)
    if found is None:
        raise Missing(f"{scenario.name} has no schedule {name[:100]!r}.")
    return found


def stop(ports: TrainingPorts, scenario: Scenario, name: str) -> Schedule:
    """Start nothing more by it; what it has started goes on. Again changes nothing."""
    for _ in range(_TRIES):
        seen = find(ports, scenario, name)
        if seen.state == "stopped":
            return seen
        stopped = replace(seen, state="stopped", stopped_at=ports.core.clock())
        if ports.training.schedules.change(seen, stopped):
            ports.core.ledger.note(KIND, stopped.key, "stopped", "The schedule was stopped on request.")
            return stopped
    raise Conflict(f"Schedule {name} changes at this moment; try again in a few seconds.")


def shown(ports: TrainingPorts, schedule: Schedule) -> ScheduleAnswer:
    """The schedule as callers read it, with its last run and how that stands."""
    run = ports.training.runs.find(schedule.last_run) if schedule.last_run else None
    assigned = {"dataset": schedule.dataset, "profile": schedule.profile}
    return {
        "Id": schedule.name,
        "Name": schedule.name,
        "Status": schedule.state,
        "ExperimentName": schedule.experiment,
        "ParameterAssignments": {name: value for name, value in assigned.items() if value},
        "Recurrence": {
            "Frequency": schedule.frequency,
            "Interval": schedule.every,
            "StartTime": schedule.start.isoformat(),
        },
        "NextDue": schedule.due.isoformat() if schedule.state == "active" else None,
        "LastDue": schedule.last_due.isoformat() if schedule.last_due else None,
        "LastOutcome": schedule.reason,
        "LastRun": described(run) if run else None,
        "CreatedAt": schedule.created_at.isoformat(),
        "StoppedAt": schedule.stopped_at.isoformat() if schedule.stopped_at else None,
    }
