"""The promises of the system, as one function that holds at every moment and one that holds when all has ended."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from simulation import NAME, Simulation

from shared.core.ledger import ENDED, State
from shared.core.paths import commit_path


def check(life: Simulation) -> None:
    """What holds at every moment, whatever happens: I1, I3, I4, I5, I6, I9 and I10 of the promises."""
    ports = life.hosts[0].ports
    commits = ports.prediction.predictions.commits(NAME)
    rows = _rows(life.home)
    assert {one.window: one.rows for one in commits} == rows, "SQL holds all rows of a window or none"
    for one in commits:
        assert ports.core.lake.stat(one.path), "SQL never shows what the lake does not hold"
        assert ports.core.lake.stat(commit_path(NAME, one.window)), "the lake leads"
    for environment in ("preprod", "prod"):
        generations = [one.generation for one in ports.release.deployments.list(NAME, environment)]
        assert generations == list(range(1, len(generations) + 1)), "generations count without gaps"
    for served in ports.release.deployments.list(NAME, "prod"):
        model = ports.training.registry.find(NAME, served.version)
        assert model is not None
        verdict = ports.release.deployments.verdict(model)
        assert verdict is not None, "the gate comes before service"
        assert verdict.passed, "the gate comes before service"
    runs = Counter(run.dataset for run in ports.training.runs.list(NAME))
    assert all(count == 1 for count in runs.values()), "one training of a version"
    for version in ports.datasets.versions.list(NAME):
        parts = [(part.drop, table.name) for table in version.tables for part in table.parts]
        assert len(parts) == len(set(parts)), "one part of a drop"
    planned = Counter(key for one in ports.prediction.windows.list(NAME) for key in one.inputs)
    corrected = {key for one in ports.prediction.corrections.list(NAME) for key in one.inputs}
    closed = {w.id for w in ports.prediction.windows.list(NAME) if w.state == "quarantined"}
    again = {key for one in ports.prediction.windows.list(NAME) if one.id in closed for key in one.inputs}
    assert all(count == 1 for key, count in planned.items() if key not in corrected | again), "an input has one window"


def _rows(home: Path) -> dict[str, int]:
    with closing(sqlite3.connect(home / "mlops.db")) as database:
        there = database.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (f"predictions_{NAME}",)).fetchone()
        window = '"window" w ON w.ordinal = p.prediction_id >> 32'
        query = f"SELECT w.id, count(*) FROM predictions_points p JOIN {window} GROUP BY 1"  # noqa: S608 - fixed words
        return dict(database.execute(query).fetchall()) if there else {}


def check_end(life: Simulation) -> None:
    """What holds once the faults have stopped: I12 and L1 to L4. Everything has ended, and every file counts once."""
    ports = life.hosts[0].ports
    assert list(ports.core.history.stuck(life.clock.now)) == [], "nothing is stuck"
    states = {(one.kind, one.key): one.state for one in reversed(ports.core.history.entries())}
    open_ = {key: state for key, state in states.items() if state not in ENDED | {State.REQUESTED}}
    assert open_ == {}, "everything has ended"
    if not life.learned:
        return
    (newest,) = ports.datasets.versions.list(NAME)[-1:]
    assert newest.rows == sum(life.learned.values()), "every row that landed is learned from"
    assert ports.release.deployments.current(NAME) is not None, "a model serves"
    replaced = {one.base for one in ports.prediction.corrections.list(NAME)}
    newer = {one.base: one.window for one in ports.prediction.corrections.list(NAME)}
    shown: Counter[str] = Counter()
    for one in ports.prediction.predictions.commits(NAME):
        if one.window not in replaced and one.window in {*newer.values(), *_firsts(ports)}:
            shown[_drop_of(ports, one.window)] += one.rows
    wanted = {path.split("/")[2]: rows for path, rows in life.scored.items() if rows}
    assert {drop: shown[drop] for drop in wanted} == wanted, "each file's newest version is predicted once"


def _firsts(ports: Any) -> set[str]:
    corrections = ports.prediction.corrections.list(NAME)
    latest = {one.base: one.window for one in corrections}
    old = {one.window for one in corrections} - set(latest.values())
    return {one.id for one in ports.prediction.windows.list(NAME)} - old


def _drop_of(ports: Any, window: str) -> str:
    found = ports.prediction.windows.find(NAME, window)
    correction = ports.prediction.corrections.find(NAME, window)
    inputs = correction.inputs if correction else found.inputs
    return str(inputs[0].split("/")[2])
