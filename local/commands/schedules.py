"""Training that comes again by itself: add, list, show, stop."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from local.console.options import Json, ScenarioName
from local.console.output import as_json, out, show
from local.console.session import Session
from shared.training import schedule_requests as workflow
from shared.training.recurrence import FREQUENCIES

Name = Annotated[str, typer.Argument(help="The schedule's name.")]


def list_schedules(
    scenario: Annotated[str | None, typer.Argument(help="Only this scenario.")] = None, json: Json = False
) -> None:
    """Schedules by the time they were made, stopped ones among them."""
    session = Session()
    found = session.ports.training.schedules.list(session.named(scenario))
    value = [{"Scenario": one.scenario, **workflow.shown(session.ports, one)} for one in found]
    columns = ("scenario", "name", "every", "status", "next due", "last due", "last outcome")
    show(json_output=json, value=value, title="Schedules", columns=columns, rows=[_row(one) for one in value])


def _row(told: dict[str, Any]) -> tuple[Any, ...]:
    recurrence = told["Recurrence"]
    every = f"{recurrence['Interval']} {recurrence['Frequency']}"
    return told["Scenario"], told["Name"], every, told["Status"], told["NextDue"], told["LastDue"], told["LastOutcome"]


def show_schedule(
    scenario: ScenarioName,
    name: Name,
    json: Json = True,  # noqa: ARG001 -- this verb prints nothing else
) -> None:
    """One schedule: when it is due next, its last run and how that stands, as JSON."""
    session = Session()
    as_json(workflow.shown(session.ports, workflow.find(session.ports, session.scenario(scenario), name)))


def add_schedule(
    scenario: ScenarioName,
    name: Name,
    frequency: Annotated[str, typer.Option(help=f"{', '.join(FREQUENCIES)}.")],
    interval: Annotated[int, typer.Option(help="Every how many of them.")] = 1,
    start: Annotated[str | None, typer.Option(help="2026-03-01T06:00:00Z; at once by default.")] = None,
    experiment: Annotated[str, typer.Option(help="A name to find it by.")] = "",
    dataset: Annotated[str | None, typer.Option(help="Dataset version; the newest of the day by default.")] = None,
    profile: Annotated[str | None, typer.Option(help="default or demo; as the settings say by default.")] = None,
    json: Json = False,
) -> None:
    """Train again and again, started by the sweep; the same name with the same content again changes nothing."""
    session = Session()
    declared = session.scenario(scenario)
    recurrence = {"Frequency": frequency, "Interval": interval, **_given(StartTime=start)}
    parameters = _given(dataset=dataset, profile=profile)
    asked = {"Name": name, "ExperimentName": experiment, "ParameterAssignments": parameters, "Recurrence": recurrence}
    made = workflow.add(session.ports, declared, workflow.read_wanted(asked))
    if json:
        as_json(workflow.shown(session.ports, made))
        return
    every = f"every {made.every} {made.frequency.lower()}(s)"
    out.print(f"{made.key}: {every}, next at {made.due:%Y-%m-%d %H:%M:%S} UTC.", markup=False)


def _given(**values: str | None) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}


def stop_schedule(scenario: ScenarioName, name: Name, json: Json = False) -> None:
    """Start nothing more by it; what it has started goes on."""
    session = Session()
    stopped = workflow.stop(session.ports, session.scenario(scenario), name)
    if json:
        as_json(workflow.shown(session.ports, stopped))
        return
    out.print(f"{stopped.key}: stopped at {stopped.stopped_at:%Y-%m-%d %H:%M:%S} UTC.", markup=False)
