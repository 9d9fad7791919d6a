"""`mlops tick`, `promote`, `rollback` and `doctor`: run the timers once, change what serves, check the set-up."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from local.console.options import ACCOUNT, By, Json, Reason, ScenarioName
from local.console.output import as_json, as_table, err, out, show
from local.console.session import Session
from local.console.timer_round import run_timers
from local.doctor.finding import TOTAL_SECONDS
from shared.core.wording import counted
from shared.release import manual_changes
from shared.release.rollback.execution import roll_back
from shared.release.rollback.plan import Seen, plan_rollback
from shared.serving.deployment import Deployment
from shared.training.stored_models import find_model

_FAILED = 4


def tick(json: Json = False) -> None:
    """Run the timers once: recover lost events, plan due windows, and process them; says what could not be done."""
    done = run_timers(Session().ports)
    if json:
        unfinished = [asdict(one) for one in done.unfinished]
        as_json({"events": done.events, "windows": done.windows, "unfinished": unfinished})
    else:
        out.print(f"{counted(done.events, 'event')} recovered, {counted(done.windows, 'window')} scored.")
    for one in () if json else done.unfinished:
        err.print(f"{one.what}: {one.reason}", style="red", markup=False, soft_wrap=True)
    raise typer.Exit(max((one.exit_code for one in done.unfinished), default=0))


def promote(
    scenario: ScenarioName,
    version: Annotated[int, typer.Argument(min=1, max=999_999_999, help="The model version to serve.")],
    by: By = ACCOUNT,
    reason: Annotated[str, typer.Option(help="Why.")] = "Promoted by hand.",
    json: Json = False,
) -> None:
    """Serve a model version that passed its gate."""
    session = Session()
    session.scenario(scenario)
    model = find_model(session.ports, scenario, version)
    _print(manual_changes.promote(session.ports, model, by=by, reason=reason), json)


def rollback(
    scenario: ScenarioName,
    by: By = ACCOUNT,
    reason: Reason = None,
    generation: Annotated[
        int | None,
        typer.Option(min=1, help="The generation that you saw serving: nothing is done when another serves."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask on a terminal.")] = False,
    json: Json = False,
) -> None:
    """Serve an earlier model version again; on a terminal it asks for a reason and a yes first."""
    session = Session()
    session.scenario(scenario)
    shown = plan_rollback(session.ports, scenario, seen=Seen(generation))
    asks = sys.stdin.isatty() and not json and not yes
    if asks and reason is None:
        reason = typer.prompt(f"Why is {scenario} rolled back")
    if asks:
        typer.confirm(f"{shown.note} {shown.question}".strip(), abort=True)
    reason = reason or "Rolled back by hand."
    _print(roll_back(session.ports, scenario, by=by, reason=reason, seen=shown.seen), json)
    if shown.note and not asks and not json:
        out.print(shown.note)


def _print(deployment: Deployment, json: bool) -> None:
    if json:
        as_json(deployment)
        return
    model = deployment.model_id
    out.print(f"{deployment.scenario}: generation {deployment.generation} serves {model}.")


def doctor(
    seconds: Annotated[
        float, typer.Option(min=1, max=TOTAL_SECONDS, help="The most seconds that all checks may take.")
    ] = TOTAL_SECONDS,
    matrix: Annotated[
        bool, typer.Option("--matrix", help="Show which features are on, by scenario, and ask no service.")
    ] = False,
    json: Json = False,
) -> None:
    """Check settings, identity, roles, services, state and functions, and print the command that fixes each problem."""
    if matrix:
        _matrix(json)
        return
    # Imports the clients of every service, which other verbs do not need.
    from local.doctor.examination import run_checks

    checks = run_checks(seconds)
    rows = [(check.name, check.verdict, check.fact, check.fix) for check in checks]
    show(json_output=json, value=checks, title="Doctor", columns=("check", "verdict", "fact", "fix"), rows=rows)
    raise typer.Exit(_FAILED if any(check.verdict == "fail" for check in checks) else 0)


def _matrix(json: bool) -> None:
    from local.doctor.matrix import features, here
    from model_training.scenarios import SCENARIOS

    found = features(here(), SCENARIOS)
    if json:
        as_json(found)
        return
    rows = [(one.name, "; ".join(one.lines), one.decided_by) for one in found]
    as_table("Features of this deployment", ("feature", "here", "decided by"), rows)
