"""`mlops backfill`, `rebuild-sql` and `rebuild-tables`: score past windows again, and restore what follows the lake."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, NoReturn

import typer

from local.console.options import ACCOUNT, By, Json, ScenarioName
from local.console.output import as_json, out
from local.console.session import Session
from local.console.timestamps import parse_timestamp
from shared import dispatch
from shared.core.errors import BadInput, Refused
from shared.core.ledger import Kind
from shared.core.wording import counted
from shared.operations.label_rebuild import rebuild_label_tables
from shared.ports import Ports
from shared.prediction.backfill import BackfillRequest, BackfillStep, late_steps, plan_backfill, plan_corrections
from shared.prediction.delta_rebuild import RebuiltPartition, TableState
from shared.prediction.delta_rebuild import rebuild_tables as rebuilt
from shared.prediction.delta_table import SETTING
from shared.prediction.rebuild import RebuiltWindow, rebuild
from shared.prediction.windows import DueWindow
from shared.profiles.history import rebuild_history

_QUARANTINED, _FAILED = 3, 4
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print what would be done and change nothing.")]


def backfill(
    scenario: ScenarioName,
    start: Annotated[str, typer.Option("--from", help="First planning time of the windows.")] = "",
    end: Annotated[str, typer.Option("--to", help="Windows planned before this time.")] = "",
    as_of: Annotated[str | None, typer.Option(help="Score with the model that served at this time.")] = None,
    model: Annotated[str, typer.Option(help="Score with this version: name:version.")] = "",
    again: Annotated[bool, typer.Option("--again", help="Also windows that a backfill has scored already.")] = False,
    late: Annotated[bool, typer.Option("--late", help="Only telemetry windows with late rows.")] = False,
    dry_run: DryRun = False,
    by: By = ACCOUNT,
    reason: Annotated[str, typer.Option(help="Why.")] = "Backfilled by hand.",
    json: Json = False,
) -> None:
    """Score past windows again as further versions; by default with the champion of each window's time."""
    session = Session()
    declared = session.scenario(scenario)
    if late:
        if start or end or as_of or model:
            raise BadInput(
                "--late scores every window with late rows; accepted: --late without --from, --to, --as-of and --model."
            )
        finish(session.ports, late_steps(session.ports, declared, by), dry_run=dry_run, json=json)
    if not (start and end):
        raise BadInput("The span is not whole; accepted: --from and --to, days or times of windows, or --late alone.")
    request = BackfillRequest(
        scenario=declared,
        start=parse_timestamp(start, "--from"),
        end=parse_timestamp(end, "--to"),
        by=by,
        reason=reason,
        as_of=None if as_of is None else parse_timestamp(as_of, "--as-of"),
        model=model,
        repeat=again,
    )
    steps = plan_backfill(session.ports, request)
    finish(session.ports, steps, dry_run=dry_run, json=json)


def finish(ports: Ports, steps: list[BackfillStep], *, dry_run: bool, json: bool) -> NoReturn:
    """Do the steps (or only print them), print a line for each, and exit with the worst exit code."""
    due = [] if dry_run else plan_corrections(ports, steps)
    for window in due:
        dispatch.on_window(ports, window.message)
    made = [_version_value(ports, window) for window in due]
    if json:
        left = [_step_value(step) for step in steps if dry_run or step.correction is None]
        as_json({"dry_run": dry_run, "made": made, "windows" if dry_run else "left": left})
    else:
        _print(steps, made, dry_run)
    raise typer.Exit(max((_exit(window["state"]) for window in made), default=0))


def _print(steps: list[BackfillStep], versions: list[dict[str, Any]], dry_run: bool) -> None:
    for step in steps:
        if dry_run or step.correction is None:
            would = "would be scored again: it " if step.correction is not None else ""
            out.print(f"window {step.window}: {would}{step.reason}", markup=False, soft_wrap=True)
    for made in versions:
        result = f"{counted(made['rows'], 'row')} by {made['model']}" if made["rows"] is not None else made["reason"]
        version = f"version {made['version']} is {made['window']}"
        line = f"window {made['base']}: {version}, {made['state']}, {result}"
        out.print(line, markup=False, soft_wrap=True)
    if not steps:
        out.print("No window was planned in this period.")


def _step_value(step: BackfillStep) -> dict[str, Any]:
    action = "left" if step.correction is None else "scored again"
    return {"window": step.window, "action": action, "model": step.model or None, "reason": step.reason}


def _version_value(ports: Ports, due: DueWindow) -> dict[str, Any]:
    correction = ports.prediction.corrections.find(due.scenario, due.window)
    commit = ports.prediction.predictions.find_commit(due.scenario, due.window)
    entry = ports.core.history.find(Kind.WINDOW, f"{due.scenario}/{due.window}")
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
    every: Annotated[
        bool, typer.Option("--all", help="Load every window again, also those whose rows are complete.")
    ] = False,
    json: Json = False,
) -> None:
    """Restore missing prediction rows and commits in SQL, and the historic profile, from the lake's files."""
    session = Session()
    session.named(scenario)
    chosen = [window for name, window in session.ports.core.scenarios.items() if scenario in (None, name)]
    windows = [window for declared in chosen for window in rebuild(session.ports, declared, every=every)]
    profiles = {declared.name: rebuild_history(session.ports, declared) for declared in chosen}
    if json:
        as_json(windows)
    else:
        _print_rebuilt(windows)
        _print_profiles(profiles)
    raise typer.Exit(_FAILED if any(window.state == "failed" for window in windows) else 0)


def _print_profiles(profiles: Mapping[str, tuple[int, list[str]]]) -> None:
    out.print(f"{counted(sum(count for count, _ in profiles.values()), 'dataset version')} in the historic profile.")
    for name, (_, unknown) in profiles.items():
        if unknown:
            sentence = f"{name}: not in SQL, because no such dataset version is registered: {', '.join(unknown)}."
            out.print(sentence, markup=False, soft_wrap=True)


def _print_rebuilt(windows: list[RebuiltWindow]) -> None:
    for window in windows:
        if window.state != "intact":
            detail = window.reason or counted(window.rows, "row")
            out.print(
                f"{window.scenario}, window {window.window}: {window.state}, {detail}", markup=False, soft_wrap=True
            )
    counts = {state: sum(window.state == state for window in windows) for state in ("intact", "restored", "failed")}
    out.print(", ".join(f"{counted(count, 'window')} {state}" for state, count in counts.items()) + ".")


def rebuild_tables(
    scenario: Annotated[str | None, typer.Argument(help="Only this scenario.")] = None, json: Json = False
) -> None:
    """Bring the Delta tables up to what is committed in the lake, also by versions that knew none."""
    session = Session()
    session.named(scenario)
    if not session.ports.prediction.delta_follows:
        raise Refused(f"Nothing writes Delta tables, because {SETTING} is off; accepted: {SETTING}=on.")
    chosen = [declared for name, declared in session.ports.core.scenarios.items() if scenario in (None, name)]
    windows = [one for declared in chosen for one in rebuilt(session.ports, declared)]
    windows += [one for declared in chosen for one in rebuild_label_tables(session.ports, declared)]
    if json:
        as_json(windows)
    else:
        _print_tables(windows)
    raise typer.Exit(_FAILED if any(window.state == TableState.FAILED for window in windows) else 0)


def _print_tables(windows: list[RebuiltPartition]) -> None:
    for window in windows:
        if window.state != TableState.INTACT:
            reason = f", {window.reason}" if window.reason else ""
            line = f"{window.scenario}, {window.table} of {window.window}: {window.state}{reason}"
            out.print(line, markup=False, soft_wrap=True)
    counts = {state: sum(window.state == state for window in windows) for state in TableState}
    out.print(", ".join(f"{counted(count, 'partition')} {state}" for state, count in counts.items()) + ".")
