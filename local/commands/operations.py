"""Operating: one round of the timers, promote, roll back, and a check of everything."""

from __future__ import annotations

from typing import Annotated

import typer

from local.console.options import By, Json, ScenarioName
from local.console.output import as_json, out, show
from local.console.session import Session
from local.doctor.finding import TOTAL_SECONDS
from shared import dispatch
from shared.release import deploy
from shared.serving.deployment import Deployment

_FAILED = 4


def tick(json: Json = False) -> None:
    """Do once what the timers do: sweep up what was lost, plan the windows that are due, and work it all off."""
    ports = Session().ports
    events = dispatch.sweep(ports)
    windows = [window for message in events for window in dispatch.on_event(ports, message)]
    due = list(dict.fromkeys((*windows, *dispatch.plan(ports))))
    for message in due:
        dispatch.on_window(ports, message)
    if json:
        as_json({"events": len(events), "windows": len(due)})
    else:
        out.print(f"{len(events)} event(s) were taken up again, {len(due)} window(s) were scored.")


def promote(
    scenario: ScenarioName,
    version: Annotated[int, typer.Argument(help="The model version to serve.")],
    by: By = "unknown",
    reason: Annotated[str, typer.Option(help="Why.")] = "Promoted by hand.",
    json: Json = False,
) -> None:
    """Serve a version that passed its gate."""
    session = Session()
    session.scenario(scenario)
    model = deploy.find_model(session.ports, scenario, version)
    _say(deploy.promote(session.ports, model, by=by, reason=reason), json)


def rollback(
    scenario: ScenarioName,
    by: By = "unknown",
    reason: Annotated[str, typer.Option(help="Why.")] = "Rolled back by hand.",
    json: Json = False,
) -> None:
    """Serve what served before."""
    session = Session()
    session.scenario(scenario)
    _say(deploy.rollback(session.ports, scenario, by=by, reason=reason), json)


def _say(deployment: Deployment, json: bool) -> None:
    if json:
        as_json(deployment)
        return
    model = f"{deployment.model}:{deployment.version}"
    out.print(f"{deployment.scenario}: generation {deployment.generation} serves {model}.")


def doctor(
    seconds: Annotated[
        float, typer.Option(min=1, max=TOTAL_SECONDS, help="How long all checks may take, at most.")
    ] = TOTAL_SECONDS,
    json: Json = False,
) -> None:
    """Check settings, identity, roles, services, state and functions; prints the command that mends what is wrong."""
    # Clients of every service: other verbs do not pay for them.
    from local.doctor.examination import run_checks

    checks = run_checks(seconds)
    rows = [(check.name, check.verdict, check.fact, check.fix) for check in checks]
    show(json_output=json, value=checks, title="Doctor", columns=("check", "verdict", "fact", "fix"), rows=rows)
    raise typer.Exit(_FAILED if any(check.verdict == "fail" for check in checks) else 0)
