"""Many scored windows of a scenario in one transaction: the one that was scored last, again and again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

from world import World

from shared.prediction.window import Commit
from shared.serving.prediction_rows import ID_SHIFT

# The column of each table that names the window.
_TABLES = {
    "window": "id", "window_input": "window", "prediction_commit": "window", "prediction_revision": "window",
    "prediction_source": "window",
}  # fmt: skip


def repeat_last_window(world: World, scenario: str, named: Callable[[int], str], times: int) -> None:
    """Rows, commit, inputs and state of the newest window under other names, ten minutes after each other."""
    last = world.ports.prediction.predictions.commits(scenario)[-1]
    with closing(sqlite3.connect(world.home / "mlops.db")) as database, database:
        database.row_factory = sqlite3.Row
        rows = _rows(database, f"predictions_{scenario}", "prediction_id >> 32", last.ordinal)
        told = {table: _rows(database, table, f"scenario = '{scenario}' AND {key}", last.window)
                for table, key in _TABLES.items()}  # fmt: skip
        for number in range(1, times + 1):
            commit = _commit(last, named(last.ordinal + number - 1), number)
            for table, key in _TABLES.items():
                _insert(database, table, [{**row, **_changed(row, key, last, commit)} for row in told[table]])
            moved = [{**row, "prediction_id": row["prediction_id"] + (number << ID_SHIFT)} for row in rows]
            _insert(database, f"predictions_{scenario}", moved)


def _commit(last: Commit, window: str, number: int) -> Commit:
    at = last.scored_at + timedelta(minutes=10 * number)
    return replace(last, window=window, ordinal=last.ordinal + number, scored_at=at)


def _changed(row: Mapping[str, Any], key: str, last: Commit, commit: Commit) -> Mapping[str, Any]:
    """What another window has otherwise: its name, number and time, and its drop in every path."""
    at = commit.scored_at.replace(tzinfo=None).isoformat(" ", "microseconds")
    every = {key: commit.window, "base": commit.window, "ordinal": commit.ordinal,
             "created_at": at, "scored_at": at, "committed_at": at}  # fmt: skip
    paths = {
        name: row[name].replace(drop_of(last.window), drop_of(commit.window))
        for name in ("input", "path")
        if name in row
    }
    return {name: value for name, value in {**every, **paths}.items() if name in row}


def drop_of(window: str) -> str:
    """The drop that a window is made of."""
    return window.rpartition("-")[0]


def _rows(database: sqlite3.Connection, table: str, key: str, value: object) -> list[Mapping[str, Any]]:
    return [dict(row) for row in database.execute(f"SELECT * FROM {table} WHERE {key} = ?", (value,))]  # noqa: S608


def _insert(database: sqlite3.Connection, table: str, rows: list[Mapping[str, Any]]) -> None:
    for row in rows:
        names, holes = ",".join(f'"{name}"' for name in row), ",".join("?" * len(row))
        database.execute(f"INSERT INTO {table} ({names}) VALUES ({holes})", tuple(row.values()))  # noqa: S608
