"""`mlops schedules`: add, list, show and stop recurring training."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from local.console.options import Concurrency, Inputs, Json, MetricReached, Minutes, Patience, ScenarioName, Trials
from local.console.output import as_facts, as_json, out, show
from local.console.session import Session
from shared.training import schedule_requests as workflow
from shared.training.options.run_options import RunOptions, split_names
from shared.training.recurrence import FREQUENCIES

Name = Annotated[str, typer.Argument(help="The schedule's name.")]


def list_schedules(
    scenario: Annotated[str | None, typer.Argument(help="Only this scenario.")] = None, json: Json = False
) -> None:
    """List schedules by creation time, including stopped ones."""
    session = Session()
    schedules = session.ports.training.schedules.list(session.named(scenario))
    value = [
        {"Scenario": schedule.scenario, **workflow.schedule_answer(session.ports, schedule)} for schedule in schedules
    ]
    columns = ("scenario", "name", "every", "status", "next due", "last due", "last outcome")
    show(json_output=json, value=value, title="Schedules", columns=columns, rows=[_row(schedule) for schedule in value])


def _row(schedule: dict[str, Any]) -> tuple[Any, ...]:
    recurrence = schedule["Recurrence"]
    every = f"{recurrence['Interval']} {recurrence['Frequency']}"
    return (
        schedule["Scenario"],
        schedule["Name"],
        every,
        schedule["Status"],
        schedule["NextDue"],
        schedule["LastDue"],
        schedule["LastOutcome"],
    )


def show_schedule(
    scenario: ScenarioName,
    name: Name,
    json: Json = False,
) -> None:
    """Show a schedule: when it is due next, its last run and that run's state."""
    session = Session()
    schedule = workflow.find_schedule(session.ports, session.scenario(scenario), name)
    answer = workflow.schedule_answer(session.ports, schedule)
    if json:
        as_json(answer)
        return
    _, _, every, status, due, last, outcome = _row({"Scenario": scenario, **answer})
    run = answer["LastRun"]
    facts = {"every": every, "status": status, "due": due, "was due": last, "outcome": outcome}
    as_facts(f"{scenario} {name}", {**facts, "last run": run and run["Id"], "its state": run and run["Status"]})


def add_schedule(
    scenario: ScenarioName,
    name: Name,
    frequency: Annotated[str, typer.Option(help=f"{', '.join(FREQUENCIES)}.")],
    interval: Annotated[int, typer.Option(help="The number of units between two runs.")] = 1,
    start: Annotated[
        str | None, typer.Option(help="The first run, such as 2026-03-01T06:00:00Z; at once by default.")
    ] = None,
    experiment: Annotated[str, typer.Option(help="The experiment's name, to find its runs by.")] = "",
    dataset: Annotated[str | None, typer.Option(help="Dataset version; by default the newest at each run.")] = None,
    profile: Annotated[
        str | None, typer.Option(help="default or demo; by default the setting TRAINING_PROFILE.")
    ] = None,
    inputs: Inputs = None,
    minutes: Minutes = None,
    trials: Trials = None,
    patience: Patience = None,
    metric_reached: MetricReached = None,
    concurrency: Concurrency = None,
    json: Json = False,
) -> None:
    """Add recurring training, which the sweep starts; adding the same schedule again changes nothing."""
    session = Session()
    declared = session.scenario(scenario)
    recurrence = {"Frequency": frequency, "Interval": interval, **_without_none(StartTime=start)}
    options = RunOptions(split_names(inputs or ""), minutes, trials, patience, metric_reached, concurrency)
    parameters = _without_none(dataset=dataset, profile=profile) | options.checked(declared).to_json()
    request = {"Name": name, "ExperimentName": experiment, "ParameterAssignments": parameters, "Recurrence": recurrence}
    schedule = workflow.add(session.ports, declared, workflow.read_schedule_request(request))
    if json:
        as_json(workflow.schedule_answer(session.ports, schedule))
        return
    out.print(
        f"{schedule.key}: {schedule.recurrence.words}, next at {schedule.due:%Y-%m-%d %H:%M:%S} UTC.", markup=False
    )


def _without_none(**values: str | None) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def stop_schedule(scenario: ScenarioName, name: Name, json: Json = False) -> None:
    """Stop a schedule; runs that it has started continue."""
    session = Session()
    stopped = workflow.stop(session.ports, session.scenario(scenario), name)
    if json:
        as_json(workflow.schedule_answer(session.ports, stopped))
        return
    out.print(f"{stopped.key}: stopped at {stopped.stopped_at:%Y-%m-%d %H:%M:%S} UTC.", markup=False)
