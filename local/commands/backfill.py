"""Doing work again on purpose: backfill past windows, and rebuild SQL from the lake."""

from __future__ import annotations

from typing import Annotated, Any, NoReturn

import typer

from local.console.options import By, Json, ScenarioName
from local.console.output import as_json, out
from local.console.session import Session
from local.console.timestamps import instant
from shared import dispatch
from shared.core.errors import BadInput
from shared.ports import Ports
from shared.prediction.backfill import BackfillRequest, BackfillStep, late_steps, plan_backfill, plan_corrections
from shared.prediction.rebuild import RebuiltWindow, rebuild
from shared.prediction.windows import DueWindow

_QUARANTINED, _FAILED = 3, 4
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]


def register(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    app.command()(backfill)
    app.command("rebuild-sql")(rebuild_sql)


def backfill(
    scenario: ScenarioName,
    start: Annotated[str, typer.Option("--from", help="Windows planned from this time on.")] = "",
    end: Annotated[str, typer.Option("--to", help="Windows planned before this time.")] = "",
    as_of: Annotated[str | None, typer.Option(help="Score with what served then.")] = None,
    model: Annotated[str, typer.Option(help="Score with this version: name:version.")] = "",
    again: Annotated[bool, typer.Option("--again", help="Also what a backfill has made already.")] = False,
    late: Annotated[bool, typer.Option("--late", help="Only telemetry windows with rows that came late.")] = False,
    dry_run: DryRun = False,
    by: By = "unknown",
    reason: Annotated[str, typer.Option(help="Why.")] = "Backfilled by hand.",
    json: Json = False,
) -> None:
    """Score past windows again, as further versions beside the first; without options by their time's champion."""
    session = Session()
    declared = session.scenario(scenario)
    if late:
        if start or end or as_of or model:
            raise BadInput("Late rows are scored by the model of their window; accepted: --late alone.")
        finish(session.ports, late_steps(session.ports, declared, by), dry_run=dry_run, json=json)
    asked = BackfillRequest(
        scenario=declared,
        start=instant(start, "--from"),
        end=instant(end, "--to"),
        by=by,
        reason=reason,
        as_of=None if as_of is None else instant(as_of, "--as-of"),
        model=model,
        repeat=again,
    )
    steps = plan_backfill(session.ports, asked)
    finish(session.ports, steps, dry_run=dry_run, json=json)


def finish(ports: Ports, steps: list[BackfillStep], *, dry_run: bool, json: bool) -> NoReturn:
    """Do the steps (or only say them), print a line for each, and end with their exit code."""
    due = [] if dry_run else plan_corrections(ports, steps)
    for one in due:
        dispatch.on_window(ports, dispatch.window_message(one))
    made = [_made(ports, one) for one in due]
    if json:
        left = [_told(step) for step in steps if dry_run or step.correction is None]
        as_json({"dry_run": dry_run, "made": made, "windows" if dry_run else "left": left})
    else:
        _say(steps, made, dry_run)
    raise typer.Exit(max((_exit(one["state"]) for one in made), default=0))


def _say(steps: list[BackfillStep], made: list[dict[str, Any]], dry_run: bool) -> None:
    for step in steps:
        if dry_run or step.correction is None:
            would = "would be done: it " if step.correction is not None else ""
            out.print(f"window {step.window}: {would}{step.reason}", markup=False, soft_wrap=True)
    for one in made:
        told = f"{one['rows']} rows by {one['model']}" if one["rows"] is not None else one["reason"]
        line = f"window {one['base']}: version {one['version']} is {one['window']}, {one['state']}, {told}"
        out.print(line, markup=False, soft_wrap=True)
    if not steps:
        out.print("No window was planned in that time.")


def _told(step: BackfillStep) -> dict[str, Any]:
    action = "left" if step.correction is None else "scored again"
    return {"window": step.window, "action": action, "model": step.model or None, "reason": step.reason}


def _made(ports: Ports, due: DueWindow) -> dict[str, Any]:
    correction = ports.prediction.corrections.find(due.scenario, due.window)
    commit = ports.prediction.predictions.find_commit(due.scenario, due.window)
    entry = ports.core.history.find("window", f"{due.scenario}/{due.window}")
    return {
        "window": due.window,
        "base": correction.base if correction else due.window,
        "version": correction.number if correction else 1,
        "state": "committed" if commit else entry.state if entry else "planned",
        "reason": entry.reason if entry else "",
        "rows": commit.rows if commit else None,
        "model": commit.model if commit else None,
        "path": commit.path if commit else None,
    }


def _exit(state: str) -> int:
    return {"committed": 0, "failed": _FAILED, "conflict": _FAILED}.get(state, _QUARANTINED)


def rebuild_sql(
    scenario: Annotated[str | None, typer.Argument(help="Only this scenario.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Also windows whose rows are all there.")] = False,
    json: Json = False,
) -> None:
    """Load prediction rows and commits that SQL lacks from the files the lake committed."""
    session = Session()
    session.named(scenario)
    chosen = [one for name, one in session.ports.core.scenarios.items() if scenario in (None, name)]
    found = [one for each in chosen for one in rebuild(session.ports, each, every=every)]
    if json:
        as_json(found)
    else:
        _say_rebuilt(found)
    raise typer.Exit(_FAILED if any(one.state == "failed" for one in found) else 0)


def _say_rebuilt(found: list[RebuiltWindow]) -> None:
    for one in found:
        if one.state != "intact":
            told = one.reason or f"{one.rows} rows"
            out.print(f"{one.scenario}, window {one.window}: {one.state}, {told}", markup=False, soft_wrap=True)
    counts = {state: sum(one.state == state for one in found) for state in ("intact", "restored", "failed")}
    out.print(", ".join(f"{count} window(s) {state}" for state, count in counts.items()) + ".")
