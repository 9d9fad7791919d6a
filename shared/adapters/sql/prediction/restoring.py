"""Putting a committed window back into SQL, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from sqlalchemy import Connection, Engine, delete, func, insert, select

from shared.adapters.sql.connection.transactions import read, take_turn, write
from shared.adapters.sql.prediction.corrections import correction_values
from shared.adapters.sql.prediction.earlier_rows import EarlierRows
from shared.adapters.sql.prediction.predictions import find_commit, insert_rejects, insert_window
from shared.adapters.sql.schema.lineage import correction as corrections
from shared.adapters.sql.schema.lineage import prediction_revision
from shared.adapters.sql.schema.predictions import prediction_table
from shared.adapters.sql.schema.tables import prediction_commit, rejected_row, window_input
from shared.adapters.sql.schema.tables import window as windows
from shared.core.errors import Conflict
from shared.core.scenario import Scenario
from shared.datasets.rejects import Reject
from shared.prediction.revision import Correction, Revision
from shared.prediction.window import Commit, Window
from shared.serving.prediction_rows import first_id


class SqlRestoring:
    """Port `Restoration`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._earlier = EarlierRows()

    def is_intact(self, scenario: Scenario, commit: Commit, rows: int | None = None) -> bool:
        """Whether SQL has this very commit, its version, and so many rows of it; without a number all of them.

        Rows that repeat their commit are not: they are put back without.
        """
        table = prediction_table(scenario)
        ids = table.c.prediction_id
        inside = (ids >= first_id(commit.ordinal), ids < first_id(commit.ordinal + 1))
        counted = select(func.count()).where(*inside)
        wanted = commit.rows if rows is None else rows
        versions = prediction_revision.c
        known = select(versions.revision).where(versions.scenario == scenario.name, versions.window == commit.window)

        def work(connection: Connection) -> bool:
            if find_commit(connection, scenario.name, commit.window) != commit:
                return False
            if connection.scalar(known) is None or connection.scalar(counted) != wanted:
                return False
            return not self._earlier.are_in(connection, table, inside)

        return read(self._engine, work)

    def restore(
        self,
        scenario: Scenario,
        commit: Commit,
        parquet: BinaryIO | None,
        *,
        revision: Revision,
        window: Window,
        correction: Correction | None,
        rejects: Sequence[Reject] = (),
    ) -> None:
        """One transaction: what SQL has of the window goes, and all of it comes from the committed file.

        Without a file the rows stay as they are: they were loaded shard by shard, or SQL holds none.
        """
        table = prediction_table(scenario)
        ids, commits = table.c.prediction_id, prediction_commit.c

        def work(connection: Connection) -> None:
            take_turn(connection, f"windows of {scenario.name}")
            _put_window(connection, window)
            if correction is not None:
                _put(connection, corrections, correction_values(correction), "window")
            inside = (ids >= first_id(commit.ordinal), ids < first_id(commit.ordinal + 1))
            if parquet is not None:
                connection.execute(delete(table).where(*inside))
            ours = (commits.scenario == scenario.name, commits.window == commit.window)
            connection.execute(delete(prediction_commit).where(*ours))
            insert_window(connection, table, commit, parquet, revision)
            rejected = rejected_row.c
            here = (rejected.scenario == commit.scenario, rejected.window == commit.window)
            connection.execute(delete(rejected_row).where(*here))
            insert_rejects(connection, commit, rejects)

        write(self._engine, work)


def _put_window(connection: Connection, window: Window) -> None:
    c = windows.c
    query = select(c.id).where(c.scenario == window.scenario, c.ordinal == window.ordinal)
    there = connection.scalar(query)
    if there not in (None, window.id):
        raise Conflict(
            f"Window {window.id} of {window.scenario} has number {window.ordinal} in the lake, which window {there} "
            f"has taken since; rebuild an empty database before anything new is scored."
        )
    row = {"scenario": window.scenario, "id": window.id, "ordinal": window.ordinal, "state": window.state}
    _put(connection, windows, {**row, "created_at": window.created_at, "reason": ""}, "id")
    for place, name in enumerate(window.inputs):
        values = {"scenario": window.scenario, "input": name, "window": window.id, "position": place}
        _put(connection, window_input, values, "input")


def _put(connection: Connection, table: Any, values: Mapping[str, Any], key: str) -> None:
    """Insert where the scenario has no such key."""
    ours = (table.c.scenario == values["scenario"], table.c[key] == values[key])
    if connection.scalar(select(func.count()).select_from(table).where(*ours)) == 0:
        connection.execute(insert(table), values)
