"""Scheduled training: each due occurrence is answered once, by a run or by the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from shared.core.claims import once
from shared.core.errors import Missing, Transient
from shared.core.ledger import ENDED, Kind, Outcome, State
from shared.core.wording import counted
from shared.training.requests import Submission, submit, submitted
from shared.training.schedule import Schedule

if TYPE_CHECKING:
    from shared.training.ports import TrainingPorts


_OPEN = ("requested", "running")


def start_due(ports: TrainingPorts) -> list[str]:
    """Answer the occurrences that are due; returns the runs that were started.

    Of several that passed since the last sweep one is answered, and its reason counts the others. What cannot be done
    now is left to the next sweep.
    """
    schedules = [*ports.training.schedules.list(due=ports.core.clock()), *_abandoned(ports)]
    return [run for schedule in schedules if (run := start(ports, schedule))]


def start(ports: TrainingPorts, schedule: Schedule) -> str:
    """Answer the due occurrence of the schedule as it was read; returns the run this call started, or nothing."""
    try:
        result = once(ports, Kind.SCHEDULE, schedule.occurrence_key, "", lambda: _answer(ports, schedule))
    except Transient:
        # The ledger has the reason.
        return ""
    outcome = result.outcome
    if outcome.state not in ENDED:
        return ""
    run = str(outcome.detail.get("run", ""))
    following = schedule.recurrence.next_after(schedule.start, max(ports.core.clock(), schedule.due))
    _move_on(ports, schedule, following, run or schedule.last_run, outcome.reason)
    return run if result.acted else ""


def _move_on(ports: TrainingPorts, schedule: Schedule, following: datetime, run: str, reason: str) -> None:
    """Keep how the occurrence was answered, also when the schedule was stopped meanwhile."""

    def answered(stored: Schedule) -> Schedule:
        return replace(stored, due=following, last_due=schedule.due, last_run=run, reason=reason)

    schedules = ports.training.schedules
    if not schedules.change(schedule, answered(schedule)):
        current = schedules.find(schedule.scenario, schedule.name)
        if current is not None and (current.state, current.due) == ("stopped", schedule.due):
            schedules.change(current, answered(current))


def _abandoned(ports: TrainingPorts) -> Iterator[Schedule]:
    """Stopped schedules whose last occurrence was being answered by a worker that is gone."""
    for entry in ports.core.history.stuck(ports.core.clock()):
        if entry.kind == Kind.SCHEDULE:
            schedule = ports.training.schedules.find(*Schedule.named_by(entry.key))
            if schedule is not None and schedule.state == "stopped":
                yield schedule


def _answer(ports: TrainingPorts, schedule: Schedule) -> Outcome:
    scenario = ports.core.scenarios.get(schedule.scenario)
    if scenario is None:
        raise Missing(f"Scenario {schedule.scenario} is no longer declared; nothing was started.")
    # The spaces keep it apart: no key of a request has any.
    key = f"schedule {schedule.name} {schedule.due.isoformat()}"
    if submitted(ports, scenario, key) is None and (why := _why_not(ports, schedule)):
        return Outcome(State.REFUSED, f"Not started because {why}.{_passed(ports, schedule)}")
    submission = Submission(schedule.experiment, schedule.dataset, schedule.profile, schedule.options)
    run = submit(ports, scenario, submission, key)
    reason = f"Run {run.id} was requested by the schedule.{_passed(ports, schedule)}"
    return Outcome(State.DONE, reason, {"run": run.id, "dataset": run.dataset})


def _why_not(ports: TrainingPorts, schedule: Schedule) -> str:
    """Why the occurrence starts no run now; empty when it does."""
    current = ports.training.schedules.find(schedule.scenario, schedule.name)
    if current is None or current.state != "active":
        return "the schedule was stopped"
    last = ports.training.runs.find(schedule.last_run)
    return f"its previous run, {last.id}, is still {last.state}" if last and last.state in _OPEN else ""


def _passed(ports: TrainingPorts, schedule: Schedule) -> str:
    count = schedule.recurrence.passed(schedule.start, schedule.due, ports.core.clock())
    if not count:
        return ""
    return f" {counted(count, 'later occurrence')} passed meanwhile and {'is' if count == 1 else 'are'} skipped."
