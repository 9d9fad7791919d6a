"""`mlops demo`: the whole loop on generated data, shown as it happens."""

from __future__ import annotations

import os
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from local.commands.release import continue_release
from local.commands.up import hear_signals
from local.console.demo_summary import REQUESTED, SEED, predicted_rows, print_summary
from local.console.drop_files import close_drop, land
from local.console.generated_files import Draw, write_generated
from local.console.journal import JournalPrinter
from local.console.options import Json
from local.console.output import as_json, err
from local.console.session import PORT, Session
from local.console.waiting import Watcher, progress, wait_for, window_fate, windows_ended
from local.host.local_settings import WAITS
from model_training.runtime.threads import limit
from shared.core.blob import Blob
from shared.core.errors import BadInput, Fault
from shared.core.paths import Landing
from shared.core.scenario import Scenario
from shared.operations.status import DropOutcome, drop_outcome
from shared.prediction.window import input_key
from shared.release.approvals import decide

ROWS = 6000
# Machines are predicted from two weeks of each: fewer rows would be history only.
SCORING_ROWS = 1000
# One scenario shows what a deployed app requires everywhere: approval by a second person.
SETTINGS = {"TRAINING_PROFILE": "demo", f"APPROVALS_{REQUESTED.upper()}": "prod"}
SECOND_PERSON = "ada"


def demo(
    serve: Annotated[bool, typer.Option("--serve", help=f"Keep the host running on port {PORT} afterwards.")] = False,
    rows: Annotated[int, typer.Option(min=4000, help="Generated rows per scenario.")] = ROWS,
    story: Annotated[bool, typer.Option("--story", help="Play a year of a plant in minutes.")] = False,
    json: Json = False,
) -> None:
    """Generate data for every scenario, drop them, and show how they become models and predictions."""
    if story:
        if serve or rows != ROWS:
            raise BadInput("--story allows no other option but --json; accepted: --story, with or without --json.")
        _play_year(json=json)
        return
    session = Session({WAITS: "0", **SETTINGS})
    began = time.monotonic()
    with session.own_host(PORT if serve else 0) as host, progress(quiet=json) as display:
        journal = JournalPrinter(session.ports, display.console if display.console.is_terminal else err)
        outcomes = _learn(session, display, journal, rows)
        _check(outcomes)
        _predict(session, journal)
        # A window is committed a moment before its journal entry.
        wait_for(lambda: host.idle() or None, 60, journal.print_new, "The last work")
        journal.print_new()
        display.stop()
        seconds = time.monotonic() - began
        stopped = hear_signals() if serve else None
        if json:
            as_json(_summary(session, outcomes, seconds, host.port if serve else None))
        else:
            print_summary(session, outcomes, seconds, host.port if serve else None)
        if stopped is not None:
            err.print(f"\nThe host keeps running on http://127.0.0.1:{host.port}/api/ (stop with Ctrl+C).")
            stopped.get()


def _play_year(*, json: bool) -> None:
    # Models are trained in this process, so the limit comes before the training libraries are loaded.
    limit(os.environ)
    from local.story.chapters import CHAPTERS
    from local.story.summary import play_story

    play_story(CHAPTERS, json=json)


def _learn(session: Session, display: Any, journal: JournalPrinter, rows: int) -> list[DropOutcome]:
    """Drop labelled data for every scenario at once and wait until each is deployed or refused."""
    drops = [_drop(session, scenario, rows) for scenario in _generating(session)]
    watchers = [Watcher(session.ports, session.settings.home, where.scenario.name, display) for where in drops]

    def tick() -> None:
        for watcher in watchers:
            watcher.update()
        journal.print_new()

    outcomes = [wait_for(partial(drop_outcome, session.ports, where), 600, tick, where.key) for where in drops]
    return [_approved(session, journal, where, outcome) for where, outcome in zip(drops, outcomes, strict=True)]


def _approved(session: Session, journal: JournalPrinter, where: Landing, outcome: DropOutcome) -> DropOutcome:
    """Approve open requests as a second person and continue their releases."""
    ports = session.ports
    if outcome.outcome != "waiting":
        return outcome
    for approval in ports.release.approvals.list(where.scenario.name):
        if approval.state == "open":
            decide(ports, approval.id, "approve", by=SECOND_PERSON, reason="Its card and its certificate look right.")
            continue_release(ports, approval.scenario, approval.version)
    journal.print_new()
    return drop_outcome(ports, where) or outcome


def _generating(session: Session) -> list[Scenario]:
    return [scenario for scenario in session.ports.core.scenarios.values() if scenario.generate is not None]


def _drop(session: Session, scenario: Scenario, rows: int) -> Landing:
    where = Landing("incoming", scenario, f"demo-{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}", "")
    _land_generated(session, scenario, "incoming", where.drop, rows=rows, seed=SEED)
    close_drop(session.ports, scenario, where.drop)
    return where


def _land_generated(session: Session, scenario: Scenario, area: str, drop: str, *, rows: int, seed: int) -> list[Blob]:
    """Write generated tables to files, as real data arrives, then land the files."""
    if scenario.generate is None:
        return []
    tables = scenario.tables if area == "incoming" else scenario.scoring_tables
    with tempfile.TemporaryDirectory() as folder:
        names = {table.name: Path(folder) / f"{table.name}.csv" for table in tables}
        written = write_generated(scenario, tables, names, Draw(rows, seed))
        return land(session.ports, area, scenario, drop, {name: [names[name]] for name in written})


def _predict(session: Session, journal: JournalPrinter) -> None:
    drop = f"demo-{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}"
    current = session.ports.release.deployments.current
    served = [scenario for scenario in _generating(session) if current(scenario.name) is not None]
    landed = [
        (
            scenario,
            [
                input_key(blob)
                for blob in _land_generated(session, scenario, "scoring", drop, rows=SCORING_ROWS, seed=SEED + 1)
            ],
        )
        for scenario in served
    ]
    for scenario, inputs in landed:
        ended = partial(windows_ended, session.ports, scenario, inputs)
        windows = wait_for(ended, 300, journal.print_new, f"Scoring of {scenario.name}")
        failures = [
            reason
            for state, reason in (window_fate(session.ports, window) for window in windows)
            if state != "committed"
        ]
        if failures:
            raise Fault(f"The demo failed: {scenario.name}: {failures[0]}")


def _check(outcomes: list[DropOutcome]) -> None:
    failed = [outcome for outcome in outcomes if outcome.outcome not in ("deployed", "duplicate", "refused")]
    if failed:
        raise Fault(f"The demo failed: {failed[0].scenario}: {failed[0].reason}")


def _summary(session: Session, outcomes: list[DropOutcome], seconds: float, port: int | None) -> dict[str, Any]:
    return {
        "scenarios": outcomes,
        "predictions": predicted_rows(session.ports),
        "seconds": round(seconds, 1),
        "database": session.settings.database_shown,
        "lake": session.settings.lake_shown,
        "port": port,
    }
