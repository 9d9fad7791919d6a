"""The whole loop on generated data, shown as it happens."""

from __future__ import annotations

import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from local.commands.up import wait_for_signal
from local.files import land
from local.output import err, out
from local.session import PORT, Session
from local.story import Story
from local.waiting import Watcher, progress, wait_for
from shared.domain.paths import Landing
from shared.domain.scenario import Knobs, Scenario
from shared.errors import Fault
from shared.workflows.status import DropOutcome, drop_outcome

ROWS = 6000
SCORING_ROWS = 500
SEED = 7


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command()(demo)


def demo(
    serve: Annotated[bool, typer.Option("--serve", help=f"Keep the host up on port {PORT} afterwards.")] = False,
    rows: Annotated[int, typer.Option(min=1000, help="Generated rows a scenario.")] = ROWS,
) -> None:
    """Generate data for every scenario, drop it, and show how it becomes models and predictions."""
    session = Session()
    session.environ.setdefault("TRAINING_PROFILE", "demo")
    began = time.monotonic()
    with session.own_host(PORT if serve else 0) as host, progress(quiet=False) as display:
        story = Story(session.ports, display.console if display.console.is_terminal else err)
        outcomes = _learn(session, display, story, rows)
        _predict(session, story)
        display.stop()
        _close(session, outcomes, time.monotonic() - began, host.port, host.function_key)
        if serve:
            out.print(f"\nThe host stays up on http://127.0.0.1:{host.port}/api/ (stop with Ctrl+C).")
            wait_for_signal()


def _learn(session: Session, display: Any, story: Story, rows: int) -> list[DropOutcome]:
    """Drop labelled data for every scenario at once and wait until each is deployed or refused."""
    drops = [_drop(session, scenario, rows) for scenario in _generating(session)]
    watchers = [Watcher(session.ports, session.settings.home, where.scenario.name, display) for where in drops]

    def tick() -> None:
        for watcher in watchers:
            watcher.update()
        story.tell()

    return [wait_for(partial(drop_outcome, session.ports, where), 600, tick, where.key) for where in drops]


def _generating(session: Session) -> list[Scenario]:
    return [scenario for scenario in session.ports.scenarios.values() if scenario.generate is not None]


def _drop(session: Session, scenario: Scenario, rows: int) -> Landing:
    where = Landing("incoming", scenario, f"demo-{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}", "")
    _land_generated(session, scenario, "incoming", where.drop, rows=rows, seed=SEED)
    return where


def _land_generated(session: Session, scenario: Scenario, area: str, drop: str, *, rows: int, seed: int) -> None:
    """Write generated tables to files first, as data arrives in files, then land them."""
    import pyarrow.csv as pacsv

    if scenario.generate is None:
        return
    wanted = {table.name for table in scenario.tables} if area == "incoming" else {scenario.batch.table}
    with tempfile.TemporaryDirectory() as folder:
        matched = {}
        for name, table in scenario.generate(rows, seed, Knobs()).items():
            if name not in wanted:
                continue
            kept = [column for column in table.column_names if area == "incoming" or column != scenario.target]
            file = Path(folder) / f"{name}.csv"
            pacsv.write_csv(table.select(kept), file)
            matched[name] = [file]
        land(session.ports, area, scenario, drop, matched)


def _predict(session: Session, story: Story) -> None:
    drop = f"demo-{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}"
    for scenario in _generating(session):
        if session.ports.deployments.current(scenario.name) is not None:
            _land_generated(session, scenario, "scoring", drop, rows=SCORING_ROWS, seed=SEED + 1)

    def done() -> bool | None:
        open_windows = session.ports.windows.list(None, "planned")
        landed = [s for s in _generating(session) if session.ports.deployments.current(s.name) is not None]
        scored = [s for s in landed if session.ports.predictions.commits(s.name)]
        return True if not open_windows and len(scored) == len(landed) else None

    wait_for(done, 300, story.tell, "Scoring")
    story.tell()


def _close(session: Session, outcomes: list[DropOutcome], seconds: float, port: int, key: str) -> None:
    failed = [outcome for outcome in outcomes if outcome.outcome not in ("deployed", "duplicate", "refused")]
    if failed:
        raise Fault(f"The demo did not end as it should: {failed[0].scenario}: {failed[0].reason}")
    settings = session.settings
    rows = sum(commit.rows for commit in session.ports.predictions.commits())
    out.print(f"\n{len(outcomes)} scenarios went from files to {rows} predictions in {seconds:.0f} s.")
    out.print(f"  database  {settings.home / 'mlops.db'}   (tables predictions_<scenario>)", soft_wrap=True)
    out.print(f"  lake      {settings.lake_folder}", soft_wrap=True)
    out.print("  look      .venv/bin/mlops status · history · models list · deployments list")
    out.print("\nScore one row (with the host up: make demo ARGS=--serve):")
    out.print(f"  curl -s -X POST http://127.0.0.1:{port or PORT}/api/score/bank_marketing \\", soft_wrap=True)
    out.print(f"    -H 'x-functions-key: {key}' -H 'content-type: application/json' \\", soft_wrap=True)
    out.print('    -d \'{"data": [{"age": 57, "job": "technician", …}]}\'', soft_wrap=True)
