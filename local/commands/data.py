"""`mlops drop`, `predict` and `train`: land data, score it, and train on it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from local.console.drop_files import close_drop, drop_name, land, match_tables
from local.console.options import (
    Concurrency,
    Inputs,
    Json,
    MetricReached,
    Minutes,
    Patience,
    ScenarioName,
    Timeout,
    Trials,
)
from local.console.output import as_json, out
from local.console.session import Session
from local.console.waiting import EXITS, Watcher, progress, wait_for, window_fate, windows_ended
from local.host.running import running_host
from shared import dispatch, due_work
from shared.core.blob import Blob
from shared.core.errors import BadInput, Missing
from shared.core.paths import Landing
from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.monitoring.governor import record_manual_retrain
from shared.operations.status import DropOutcome, drop_outcome, run_outcome
from shared.ports import Ports
from shared.prediction.scoring_drops import awaited_tables
from shared.prediction.window import Window, input_key
from shared.serving.strange_values import told
from shared.training.options.run_options import NOTHING, RunOptions, split_names
from shared.training.options.training_profile import PROFILES
from shared.training.runs import request_training, resume_training

Files = Annotated[list[Path] | None, typer.Argument(help="Files to score.")]


def drop(
    scenario: ScenarioName,
    files: Annotated[list[Path], typer.Argument(help="CSV or Parquet files, one or more per table.")],
    table: Annotated[str | None, typer.Option(help="The table that all files belong to.")] = None,
    drop: Annotated[str | None, typer.Option("--drop", help="The drop's name; the same name is the same drop.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until it is deployed, refused or quarantined.")] = False,
    json: Json = False,
    timeout: Timeout = 3600,
) -> None:
    """Land files in the lake as one drop; with --wait, wait until it is deployed, refused or quarantined."""
    session = Session()
    declared = session.scenario(scenario)
    matched = match_tables(session.ports, declared, declared.tables, files, table)
    where = Landing("incoming", declared, drop_name(drop, files), "")
    if not wait:
        land(session.ports, "incoming", declared, where.drop, matched)
        reason = f"Landed in {where.folder}; {_next(session)}"
        _print(DropOutcome(scenario, where.drop, "landed", reason), json)
        return
    with session.host(), progress(quiet=json) as display:
        land(session.ports, "incoming", declared, where.drop, matched)
        close_drop(session.ports, declared, where.drop)
        watcher = Watcher(session.ports, session.settings.home, scenario, display)
        outcome = wait_for(lambda: drop_outcome(session.ports, where), timeout, watcher.update, f"Drop {where.drop}")
    _print(outcome, json)
    raise typer.Exit(EXITS.get(outcome.outcome, 0))


def _next(session: Session) -> str:
    """Who goes on with what landed: of a lake in a folder a host on this home, else the deployed one."""
    if session.settings.lake_folder is None or running_host(session.settings.home) is not None:
        return "a running host processes it."
    return "no host runs on this home. Use --wait, or start one: mlops up"


def _print(outcome: DropOutcome, json: bool) -> None:
    if json:
        as_json(outcome)
        return
    out.print(f"{outcome.scenario}/{outcome.drop}: {outcome.outcome}. {outcome.reason}", markup=False, soft_wrap=True)


def train(
    scenario: ScenarioName,
    dataset: Annotated[str | None, typer.Option(help="The dataset version; the newest by default.")] = None,
    profile: Annotated[str, typer.Option(help="default or demo; by default the setting TRAINING_PROFILE.")] = "",
    inputs: Inputs = None,
    minutes: Minutes = None,
    trials: Trials = None,
    patience: Patience = None,
    metric_reached: MetricReached = None,
    concurrency: Concurrency = None,
    resume: Annotated[bool, typer.Option("--resume", help="Resume the newest run when it has not completed.")] = False,
    json: Json = False,
    timeout: Timeout = 3600,
) -> None:
    """Train again on a registered dataset version, and let the gate decide."""
    if profile and profile not in PROFILES:
        raise BadInput(f"There is no training profile {profile!r}; accepted: {' or '.join(PROFILES)}.")
    session = Session()
    options = RunOptions(split_names(inputs or ""), minutes, trials, patience, metric_reached, concurrency)
    options.checked(session.scenario(scenario))
    if resume and (dataset or profile or options != NOTHING):
        raise BadInput("A resumed run keeps its request; accepted: --resume without a dataset, a profile or options.")
    version = None if resume else _dataset(session.ports, scenario, dataset)
    with session.host(), progress(quiet=json) as display:
        if version is None:
            run = resume_training(session.ports, scenario)
        else:
            run = request_training(session.ports, version, force=secrets.token_hex(4), profile=profile, options=options)
            record_manual_retrain(session.ports, run)
        watcher = Watcher(session.ports, session.settings.home, scenario, display)
        outcome = wait_for(lambda: run_outcome(session.ports, run.id), timeout, watcher.update, f"Run {run.id}")
    _print(outcome, json)
    raise typer.Exit(EXITS.get(outcome.outcome, 0))


def _dataset(ports: Ports, scenario: str, wanted: str | None) -> Any:
    versions = ports.datasets.versions
    version = versions.newest(scenario) if wanted is None else versions.find(scenario, wanted)
    if version is not None:
        return version
    ids = versions.ids(scenario)
    if not ids:
        raise Missing(f"{scenario} has no dataset yet; drop labelled data first: mlops drop {scenario} FILE --wait.")
    raise Missing(f"{scenario} has no dataset {wanted}; registered: {', '.join(ids)}.")


def predict(
    scenario: ScenarioName,
    files: Files = None,
    drop: Annotated[str | None, typer.Option("--drop", help="The drop's name.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the rows are predicted.")] = False,
    json: Json = False,
    timeout: Timeout = 3600,
) -> None:
    """Land unlabelled rows and score due windows; without files, only score due windows."""
    session = Session()
    declared = session.scenario(scenario)
    if session.ports.release.deployments.current(scenario) is None:
        raise Missing(
            f"No model is deployed for {scenario}; drop labelled data first: mlops drop {scenario} FILE --wait."
        )
    if not files:
        _report(session.ports, _score_due(session.ports, declared), json)
        return
    name = drop_name(drop, files)
    matched = match_tables(session.ports, declared, declared.scoring_tables, files, None, may_name=False)
    absent = awaited_tables(session.ports, declared, name, matched)
    if not wait or absent:
        landed = land(session.ports, "scoring", declared, name, matched)
        _print_landed(session, Landing("scoring", declared, name, ""), landed, absent, json)
        raise typer.Exit(EXITS["failed"] if wait else 0)
    with session.host(), progress(quiet=json) as display:
        display.add_task(f"{scenario}: scoring", total=None)
        keys = {input_key(blob) for blob in land(session.ports, "scoring", declared, name, matched)}
        windows = wait_for(lambda: windows_ended(session.ports, declared, keys), timeout, lambda: None, f"Drop {name}")
    _report(session.ports, windows, json)


def _print_landed(session: Session, where: Landing, landed: list[Blob], absent: Sequence[str], json: bool) -> None:
    count, missing = counted(len(landed), "file"), ", ".join(absent)
    if json:
        as_json({"landed": [blob.path for blob in landed], "waits_for": list(absent)})
    elif absent:
        more = f"mlops predict {where.scenario.name} FILE --drop {where.drop}"
        sentence = f"the drop waits for: {missing}. Nothing is scored before they land too: {more}"
        out.print(f"{count} landed in {where.folder}; {sentence}", markup=False, soft_wrap=True)
    else:
        out.print(f"{count} landed in {where.folder}; {_next(session)}", soft_wrap=True)


def _score_due(ports: Ports, scenario: Scenario) -> list[Window]:
    messages = due_work.plan(ports, [scenario])
    for message in messages:
        dispatch.on_window(ports, message)
    due = {dispatch.window_of(message)[1] for message in messages}
    return [window for window in ports.prediction.windows.list(scenario.name) if window.id in due]


def _report(ports: Ports, windows: list[Window], json: bool) -> None:
    rows = [_window_row(ports, window) for window in windows]
    if json:
        as_json({"windows": rows})
    for row in [] if json else rows:
        result = f"{counted(row['rows'], 'row')}, model {row['model']}, {row['path']}" if row["path"] else row["reason"]
        out.print(f"window {row['window']}: {row['state']}, {result}", markup=False, soft_wrap=True)
        if strange := told(row["unknown_values"], row["far_values"], row["rejected_rows"], row["ignored_columns"]):
            out.print(strange, markup=False, soft_wrap=True)
    if not json and not windows:
        out.print("No window is due.")
    raise typer.Exit(max((EXITS.get(row["state"], 0) for row in rows), default=0))


def _window_row(ports: Ports, window: Window) -> dict[str, Any]:
    state, reason = window_fate(ports, window)
    commit = ports.prediction.predictions.find_commit(window.scenario, window.id)
    return {
        "window": window.id,
        "state": state,
        "reason": reason,
        "rows": commit.rows if commit else 0,
        "failed_rows": commit.failed_rows if commit else 0,
        "sha256": commit.sha256 if commit else None,
        "path": commit.path if commit else None,
        "model": commit.model if commit else None,
        "unknown_values": commit.unknown_values if commit else "",
        "far_values": commit.far_values if commit else "",
        "rejected_rows": commit.rejected_rows if commit else "",
        "ignored_columns": commit.ignored_columns if commit else "",
    }
