"""The whole loop on generated data, shown as it happens."""

from __future__ import annotations

import os
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from local.commands.release import go_on
from local.commands.up import hear_signals
from local.console.demo_closing import REQUESTED, SEED, close, predicted
from local.console.drop_files import land
from local.console.journal import Story
from local.console.options import Json
from local.console.output import as_json, err
from local.console.session import PORT, Session
from local.console.waiting import Watcher, progress, wait_for, window_fate, windows_ended
from model_training.runs.threads import limit
from shared.core.blob import Blob
from shared.core.errors import BadInput, Fault
from shared.core.paths import Landing
from shared.core.scenario import Knobs, Scenario
from shared.operations.status import DropOutcome, drop_outcome
from shared.prediction.window import input_key
from shared.release.approvals import decide

ROWS = 6000
SCORING_ROWS = 500
# One scenario shows what a deployed app asks for everywhere: a person who is not the one who asked.
SETTINGS = {"TRAINING_PROFILE": "demo", f"APPROVALS_{REQUESTED.upper()}": "prod"}
SECOND_PERSON = "ada"


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command()(demo)


def demo(
    serve: Annotated[bool, typer.Option("--serve", help=f"Keep the host up on port {PORT} afterwards.")] = False,
    rows: Annotated[int, typer.Option(min=4000, help="Generated rows a scenario.")] = ROWS,
    story: Annotated[bool, typer.Option("--story", help="A year of a plant in minutes, in a home of its own.")] = False,
    json: Json = False,
) -> None:
    """Generate data for every scenario, drop it, and show how it becomes models and predictions."""
    if story:
        if serve or rows != ROWS:
            raise BadInput("--story goes alone; accepted: --story, with or without --json.")
        _play_year(json=json)
        return
    session = Session(SETTINGS)
    began = time.monotonic()
    with session.own_host(PORT if serve else 0) as host, progress(quiet=json) as display:
        teller = Story(session.ports, display.console if display.console.is_terminal else err)
        outcomes = _learn(session, display, teller, rows)
        _check(outcomes)
        _predict(session, teller)
        # A window is committed a moment before the journal says so.
        wait_for(lambda: host.idle() or None, 60, teller.tell, "The last work")
        teller.tell()
        display.stop()
        seconds = time.monotonic() - began
        stopped = hear_signals() if serve else None
        if json:
            as_json(_summary(session, outcomes, seconds, host.port if serve else None))
        else:
            close(session, outcomes, seconds, host.function_key, host.port if serve else None)
        if stopped is not None:
            err.print(f"\nThe host stays up on http://127.0.0.1:{host.port}/api/ (stop with Ctrl+C).")
            stopped.get()


def _play_year(*, json: bool) -> None:
    # Models are trained in this process: before the libraries that learn are loaded.
    limit(os.environ)
    from local.commands.story import tell_story
    from local.story.chapters import CHAPTERS

    tell_story(CHAPTERS, json=json)


def _learn(session: Session, display: Any, story: Story, rows: int) -> list[DropOutcome]:
    """Drop labelled data for every scenario at once and wait until each is deployed or refused."""
    drops = [_drop(session, scenario, rows) for scenario in _generating(session)]
    watchers = [Watcher(session.ports, session.settings.home, where.scenario.name, display) for where in drops]

    def tick() -> None:
        for watcher in watchers:
            watcher.update()
        story.tell()

    ended = [wait_for(partial(drop_outcome, session.ports, where), 600, tick, where.key) for where in drops]
    return [_approved(session, story, where, outcome) for where, outcome in zip(drops, ended, strict=True)]


def _approved(session: Session, story: Story, where: Landing, outcome: DropOutcome) -> DropOutcome:
    """What waits for a person is approved by a second one, and goes on."""
    ports = session.ports
    if outcome.outcome != "waiting":
        return outcome
    for one in ports.release.approvals.list(where.scenario.name):
        if one.state == "open":
            decide(ports, one.id, "approve", by=SECOND_PERSON, reason="Its card and its certificate look right.")
            go_on(ports, one.scenario, one.version)
    story.tell()
    return drop_outcome(ports, where) or outcome


def _generating(session: Session) -> list[Scenario]:
    return [scenario for scenario in session.ports.core.scenarios.values() if scenario.generate is not None]


def _drop(session: Session, scenario: Scenario, rows: int) -> Landing:
    where = Landing("incoming", scenario, f"demo-{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}", "")
    _land_generated(session, scenario, "incoming", where.drop, rows=rows, seed=SEED)
    return where


def _land_generated(session: Session, scenario: Scenario, area: str, drop: str, *, rows: int, seed: int) -> list[Blob]:
    """Write generated tables to files first, as data arrives in files, then land them."""
    import pyarrow.csv as pacsv

    if scenario.generate is None:
        return []
    tables = scenario.tables if area == "incoming" else scenario.scoring_tables
    wanted = {table.name: [column.name for column in table.columns] for table in tables}
    with tempfile.TemporaryDirectory() as folder:
        matched = {}
        for name, table in scenario.generate(rows, seed, Knobs()).items():
            if name not in wanted:
                continue
            kept = [column for column in table.column_names if column in wanted[name]]
            file = Path(folder) / f"{name}.csv"
            pacsv.write_csv(table.select(kept), file)
            matched[name] = [file]
        return land(session.ports, area, scenario, drop, matched)


def _predict(session: Session, story: Story) -> None:
    drop = f"demo-{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}"
    served = [one for one in _generating(session) if session.ports.release.deployments.current(one.name) is not None]
    landed = [
        (
            one,
            [
                input_key(blob)
                for blob in _land_generated(session, one, "scoring", drop, rows=SCORING_ROWS, seed=SEED + 1)
            ],
        )
        for one in served
    ]
    for scenario, inputs in landed:
        ended = partial(windows_ended, session.ports, scenario, inputs)
        windows = wait_for(ended, 300, story.tell, f"Scoring of {scenario.name}")
        lost = [
            reason for state, reason in (window_fate(session.ports, one) for one in windows) if state != "committed"
        ]
        if lost:
            raise Fault(f"The demo did not end as it should: {scenario.name}: {lost[0]}")


def _check(outcomes: list[DropOutcome]) -> None:
    failed = [outcome for outcome in outcomes if outcome.outcome not in ("deployed", "duplicate", "refused")]
    if failed:
        raise Fault(f"The demo did not end as it should: {failed[0].scenario}: {failed[0].reason}")


def _summary(session: Session, outcomes: list[DropOutcome], seconds: float, port: int | None) -> dict[str, Any]:
    return {
        "scenarios": outcomes,
        "predictions": predicted(session.ports),
        "seconds": round(seconds, 1),
        "database": str(session.settings.home / "mlops.db"),
        "lake": session.settings.lake_shown,
        "port": port,
    }
