"""Prediction rows in SQL: all rows of a committed window, or none."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import BinaryIO

from sqlalchemy import Connection, Engine, Table, insert, inspect, select, update

from shared.adapters.sql.bulk import insert_predictions
from shared.adapters.sql.engine import read, write
from shared.adapters.sql.outbox import add_notice
from shared.adapters.sql.revisions import create_views, write_revision
from shared.adapters.sql.schema import prediction_commit, prediction_table, window
from shared.domain.lineage import Revision
from shared.domain.records import Commit, Notice
from shared.domain.scenario import Scenario
from shared.errors import Conflict, Corrupt

_C = prediction_commit.c


class SqlPredictions:
    """Port `Predictions`: one typed table and one view per scenario."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._ready: dict[str, Table] = {}

    def prepare(self, scenario: Scenario) -> None:
        """Create the scenario's table and view when absent; Conflict when the table lacks a declared column."""
        self._table(scenario)

    def load(self, scenario: Scenario, commit: Commit, parquet: BinaryIO, revision: Revision | None = None) -> bool:
        """One transaction: commit row, prediction rows, window state, notice. False when the window was there already.

        Corrupt when it stands there with another sha256, or when the file does not have the committed number of rows.
        """
        table = self._table(scenario)

        def work(connection: Connection) -> bool:
            standing = find_commit(connection, commit.scenario, commit.window)
            if standing is not None:
                return _same(standing, commit)
            insert_window(connection, table, commit, parquet, revision)
            return True

        # When the answer to COMMIT is lost the transaction runs again and finds its own commit row.
        return write(self._engine, work)

    def committed(self, scenario: str, window_id: str) -> Commit | None:
        """The commit row, or None."""
        return read(self._engine, lambda connection: find_commit(connection, scenario, window_id))

    def commits(self, scenario: str | None = None) -> Sequence[Commit]:
        """All commit rows by ordinal."""
        query = select(prediction_commit).order_by(_C.ordinal, _C.scenario)
        if scenario is not None:
            query = query.where(_C.scenario == scenario)
        return [Commit(**row) for row in read(self._engine, lambda c: c.execute(query).mappings().all())]

    def _table(self, scenario: Scenario) -> Table:
        if scenario.name not in self._ready:
            table = prediction_table(scenario)
            write(self._engine, lambda connection: _create(connection, scenario, table))
            self._ready[scenario.name] = table
        return self._ready[scenario.name]


def _create(connection: Connection, scenario: Scenario, table: Table) -> None:
    present = inspect(connection)
    if present.has_table(table.name):
        _check_columns(table, {column["name"] for column in present.get_columns(table.name)})
    table.create(connection, checkfirst=True)
    create_views(connection, scenario.name, table)


def insert_window(
    connection: Connection, table: Table, commit: Commit, parquet: BinaryIO, revision: Revision | None
) -> None:
    """Commit row, version, every row of the file, the window's state and the notice, in the caller's transaction."""
    connection.execute(insert(prediction_commit), asdict(commit))
    write_revision(connection, commit, revision or Revision(commit.window, 1, commit.scored_at))
    parquet.seek(0)
    _check_rows(commit, insert_predictions(connection, table, parquet))
    this = (window.c.scenario == commit.scenario, window.c.id == commit.window)
    connection.execute(update(window).where(*this).values(state="committed", reason=""))
    add_notice(connection, _notice(commit, table.name))


def _check_columns(table: Table, present: set[str]) -> None:
    absent = [column.name for column in table.columns if column.name not in present]
    if absent:
        raise Conflict(
            f"Table {table.name} was created by an older declaration: it has no column {', '.join(absent)}. "
            f"Add the column, or drop the table and rebuild it from the lake."
        )


def _check_rows(commit: Commit, written: int) -> None:
    if written != commit.rows:
        raise Corrupt(f"{commit.path} has {written} rows, its commit says {commit.rows}; nothing was loaded.")


def find_commit(connection: Connection, scenario: str, window_id: str) -> Commit | None:
    """The commit row, or None."""
    query = select(prediction_commit).where(_C.scenario == scenario, _C.window == window_id)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else Commit(**row)


def _same(standing: Commit, commit: Commit) -> bool:
    """False (nothing to do) when both are the same file; Corrupt otherwise."""
    if standing.sha256 != commit.sha256:
        raise Corrupt(
            f"Window {commit.window!r} of {commit.scenario} stands in SQL with sha256 {standing.sha256}, "
            f"the lake says {commit.sha256}."
        )
    return False


def _notice(commit: Commit, table: str) -> Notice:
    data = {
        "scenario": commit.scenario,
        "window": commit.window,
        "table": table,
        "rows": commit.rows,
        "failedRows": commit.failed_rows,
        "path": commit.path,
        "sha256": commit.sha256,
        "model": commit.model,
        "modelSha256": commit.model_sha256,
        "dataset": commit.dataset,
    }
    subject = f"windows/{commit.scenario}/{commit.window}"
    digest = hashlib.sha256(f"Mlops.PredictionsWritten {subject} {commit.sha256}".encode()).hexdigest()
    return Notice(digest[:32], "Mlops.PredictionsWritten", "/mlops", subject, commit.scored_at, data)
