"""Data in, predictions out: drop, predict, train."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated, Any

import typer

from local.commands.options import Json, ScenarioName, Timeout
from local.files import drop_name, land, match_tables
from local.output import as_json, out
from local.session import Session
from local.waiting import Watcher, progress, wait_for
from shared import dispatch
from shared.domain.paths import Landing
from shared.domain.records import Commit, Window
from shared.domain.scenario import Scenario
from shared.errors import BadInput, Missing
from shared.ports import Ports
from shared.workflows.status import DropOutcome, drop_outcome, run_outcome
from shared.workflows.train import request_training
from shared.workflows.windows import input_key

EXITS = {"quarantined": 3, "refused": 3, "failed": 4}
Files = Annotated[list[Path] | None, typer.Argument(help="Files to land.")]


def register(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    app.command()(drop)
    app.command()(predict)
    app.command()(train)


def drop(
    scenario: ScenarioName,
    files: Annotated[list[Path], typer.Argument(help="CSV or Parquet files, one or more a table.")],
    table: Annotated[str | None, typer.Option(help="The table all files belong to.")] = None,
    drop: Annotated[str | None, typer.Option("--drop", help="The drop's name; same name, same drop.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until it is decided what becomes of it.")] = False,
    json: Json = False,
    timeout: Timeout = 3600,
) -> None:
    """Land files in the lake, as any uploader would; with --wait, until they are deployed, refused or quarantined."""
    session = Session()
    declared = session.scenario(scenario)
    matched = match_tables(session.ports, declared, declared.tables, files, table)
    where = Landing("incoming", declared, drop_name(drop, files), "")
    if not wait:
        land(session.ports, "incoming", declared, where.drop, matched)
        _say(DropOutcome(scenario, where.drop, "landed", f"Landed in {where.folder}; a running host takes it."), json)
        return
    with session.host(), progress(quiet=json) as display:
        land(session.ports, "incoming", declared, where.drop, matched)
        watcher = Watcher(session.ports, session.settings.home, scenario, display)
        outcome = wait_for(lambda: drop_outcome(session.ports, where), timeout, watcher.update, f"Drop {where.drop}")
    _say(outcome, json)
    raise typer.Exit(EXITS.get(outcome.outcome, 0))


def _say(outcome: DropOutcome, json: bool) -> None:
    if json:
        as_json(outcome)
        return
    out.print(f"{outcome.scenario}/{outcome.drop}: {outcome.outcome}. {outcome.reason}", markup=False, soft_wrap=True)


def train(
    scenario: ScenarioName,
    dataset: Annotated[str | None, typer.Option(help="Dataset version; the newest by default.")] = None,
    profile: Annotated[str, typer.Option(help="default or demo.")] = "",
    json: Json = False,
    timeout: Timeout = 3600,
) -> None:
    """Train again on a registered dataset version, and let the gate decide."""
    session = Session()
    session.scenario(scenario)
    version = _dataset(session.ports, scenario, dataset)
    with session.host(), progress(quiet=json) as display:
        run = request_training(session.ports, version, force=secrets.token_hex(4), profile=profile)
        watcher = Watcher(session.ports, session.settings.home, scenario, display)
        outcome = wait_for(lambda: run_outcome(session.ports, run.id), timeout, watcher.update, f"Run {run.id}")
    _say(outcome, json)
    raise typer.Exit(EXITS.get(outcome.outcome, 0))


def _dataset(ports: Ports, scenario: str, wanted: str | None) -> Any:
    versions = ports.datasets.list(scenario)
    for version in reversed(versions):
        if wanted in (None, version.id):
            return version
    known = ", ".join(version.id for version in versions) or "none yet"
    raise BadInput(f"{scenario} has no dataset {wanted or ''}; registered: {known}.")


def predict(
    scenario: ScenarioName,
    files: Files = None,
    drop: Annotated[str | None, typer.Option("--drop", help="The drop's name.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the rows are predicted.")] = False,
    json: Json = False,
    timeout: Timeout = 3600,
) -> None:
    """Land unlabelled rows and score what is due; without files, only score what is due."""
    session = Session()
    declared = session.scenario(scenario)
    if session.ports.deployments.current(scenario) is None:
        raise Missing(
            f"No model is deployed for {scenario}; drop labelled data first: mlops drop {scenario} FILE --wait."
        )
    if not files:
        _report(*_score_due(session.ports, declared), json)
        return
    name = drop_name(drop, files)
    matched = match_tables(session.ports, declared, [declared.scoring_table], files, None)
    if not wait:
        landed = land(session.ports, "scoring", declared, name, matched)
        out.print(f"Landed {len(landed)} file(s) in scoring/{scenario}/{name}/; a running host scores them.")
        return
    with session.host(), progress(quiet=json) as display:
        display.add_task(f"{scenario}: scoring", total=None)
        keys = {input_key(blob) for blob in land(session.ports, "scoring", declared, name, matched)}
        windows = wait_for(lambda: _ended(session.ports, declared, keys), timeout, lambda: None, f"Drop {name}")
    commits = [session.ports.predictions.committed(scenario, window.id) for window in windows]
    _report(windows, [commit for commit in commits if commit is not None], json)


def _ended(ports: Ports, scenario: Scenario, keys: set[str]) -> list[Window] | None:
    """The windows of these inputs once all of them are final."""
    mine = [window for window in ports.windows.list(scenario.name) if keys & set(window.inputs)]
    planned = {key for window in mine for key in window.inputs}
    if not keys <= planned or any(window.state == "planned" for window in mine):
        return None
    return mine


def _score_due(ports: Ports, scenario: Scenario) -> tuple[list[Window], list[Commit]]:
    messages = dispatch.plan(ports, [scenario])
    for message in messages:
        dispatch.on_window(ports, message)
    due = {dispatch.window_of(message)[1] for message in messages}
    windows = [window for window in ports.windows.list(scenario.name) if window.id in due]
    commits = [commit for commit in ports.predictions.commits(scenario.name) if commit.window in due]
    return windows, commits


def _report(windows: list[Window], commits: list[Commit], json: bool) -> None:
    by_window = {commit.window: commit for commit in commits}
    rows = [_window_row(window, by_window.get(window.id)) for window in windows]
    refused = [window for window in windows if window.state == "quarantined"]
    if json:
        as_json({"windows": rows})
    for window in [] if json else windows:
        commit = by_window.get(window.id)
        told = (
            f"{commit.rows} rows, model {commit.model}, {commit.path}" if commit else f"{window.state}: {window.reason}"
        )
        out.print(f"window {window.id}: {told}", markup=False, soft_wrap=True)
    if not json and not windows:
        out.print("Nothing is due.")
    raise typer.Exit(EXITS["quarantined"] if refused else 0)


def _window_row(window: Window, commit: Commit | None) -> dict[str, Any]:
    if commit is None:
        return {"window": window.id, "state": window.state, "reason": window.reason, "rows": 0, "failed_rows": 0}
    return {
        "window": window.id,
        "rows": commit.rows,
        "failed_rows": commit.failed_rows,
        "sha256": commit.sha256,
        "path": commit.path,
        "model": commit.model,
    }
