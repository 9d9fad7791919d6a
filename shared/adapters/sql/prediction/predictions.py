"""Prediction rows in SQL: all rows of a committed window, or none."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import BinaryIO

from sqlalchemy import Connection, Engine, Table, delete, func, insert, select, update

from shared.adapters.sql.connection.transactions import provide, read, write
from shared.adapters.sql.ledger.outbox import add_notice
from shared.adapters.sql.prediction.earlier_rows import EarlierRows
from shared.adapters.sql.prediction.revisions import write_revision
from shared.adapters.sql.prediction.scenario_tables import prepare
from shared.adapters.sql.schema.predictions import prediction_table
from shared.adapters.sql.schema.tables import prediction_commit, rejected_row, window
from shared.core.errors import Corrupt
from shared.core.notice import Notice
from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.datasets.rejects import Reject
from shared.prediction.revision import Revision
from shared.prediction.window import Commit, CommittedFile
from shared.serving.prediction_rows import ID_SHIFT, first_id

_C = prediction_commit.c


class SqlPredictions:
    """Port `Predictions`: one typed table and one view per scenario."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._earlier = EarlierRows()
        self._ready: dict[str, Table] = {}

    def prepare(self, scenario: Scenario) -> None:
        """Create table and view, or add the columns that were declared later; Conflict when one changed its kind."""
        self._table(scenario)

    def load(
        self,
        scenario: Scenario,
        commit: Commit,
        parquet: BinaryIO | None,
        revision: Revision | None = None,
        rejects: Sequence[Reject] = (),
    ) -> bool:
        """One transaction: commit row, prediction rows, rows set aside, window state, notice. False when it was there.

        Without a file the rows were loaded shard by shard. Corrupt when it exists with another sha256, or when the
        file does not have the committed number of rows.
        """
        table = self._table(scenario)

        def work(connection: Connection) -> bool:
            existing = find_commit(connection, commit.scenario, commit.window)
            if existing is not None:
                return _same(existing, commit)
            insert_window(connection, table, commit, parquet, revision)
            insert_rejects(connection, commit, rejects)
            return True

        # When the answer to COMMIT is lost the transaction runs again and finds its own commit row.
        return write(self._engine, work)

    def load_shard(self, scenario: Scenario, ordinal: int, shard: CommittedFile, ends: int, parquet: BinaryIO) -> bool:
        """One transaction: every row of the shard; False when all are there. A part of them is replaced."""
        table = self._table(scenario)
        first = first_id(ordinal)
        ids = table.c.prediction_id
        inside = (ids >= first + shard.first_row, ids < first + ends)

        def work(connection: Connection) -> bool:
            there = connection.scalar(select(func.count()).select_from(table).where(*inside))
            if there == shard.rows and not self._earlier.are_in(connection, table, inside):
                return False
            connection.execute(delete(table).where(*inside))
            insert_rows(connection, table, shard, parquet)
            return True

        return write(self._engine, work)

    def drop_rows(self, scenario: Scenario, before: datetime, most: int) -> int:
        """Take the rows of the oldest windows out that were scored before that time, of at most so many windows."""
        table = self._table(scenario)
        return sum(write(self._engine, partial(_drop_oldest, scenario.name, table, before)) for _ in range(most))

    def find_commit(self, scenario: str, window_id: str) -> Commit | None:
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
            provide(self._engine, lambda connection: prepare(connection, scenario, table))
            self._ready[scenario.name] = table
        return self._ready[scenario.name]


def insert_window(
    connection: Connection, table: Table, commit: Commit, parquet: BinaryIO | None, revision: Revision | None
) -> None:
    """Commit row, version, every row of the file, the window's state and the notice, in the caller's transaction."""
    connection.execute(insert(prediction_commit), commit.row())
    write_revision(connection, commit, revision or Revision(commit.window, 1, commit.scored_at))
    if parquet is not None:
        insert_rows(connection, table, commit, parquet)
    this = (window.c.scenario == commit.scenario, window.c.id == commit.window)
    connection.execute(update(window).where(*this).values(state="committed", reason=""))
    add_notice(connection, _notice(commit, table.name))


def _drop_oldest(scenario: str, table: Table, before: datetime, connection: Connection) -> bool:
    """Delete the rows of the window with the lowest ids, when it was scored before that time."""
    ids = table.c.prediction_id
    lowest = connection.scalar(select(func.min(ids)))
    if lowest is None:
        return False
    ordinal = lowest >> ID_SHIFT
    scored = connection.scalar(select(_C.scored_at).where(_C.scenario == scenario, _C.ordinal == ordinal))
    if scored is None or scored > before:
        return False
    connection.execute(delete(table).where(ids >= first_id(ordinal), ids < first_id(ordinal + 1)))
    return True


def insert_rows(connection: Connection, table: Table, file: Commit | CommittedFile, parquet: BinaryIO) -> None:
    """Every row of the file; Corrupt when there are not as many as were committed."""
    # Arrow is loaded by the first window.
    from shared.adapters.sql.bulk.load import insert_predictions

    parquet.seek(0)
    written = insert_predictions(connection, table, parquet)
    if written != file.rows:
        raise Corrupt(f"{file.path} has {counted(written, 'row')}, its commit says {file.rows}; nothing was loaded.")


def insert_rejects(connection: Connection, commit: Commit, rejects: Sequence[Reject]) -> None:
    """The rows that were set aside."""
    rows = [
        {
            "scenario": commit.scenario,
            "window": commit.window,
            "number": number,
            "file": one.file,
            "row": one.row,
            "line": one.line,
            "column_name": one.column,
            "code": one.code,
            "reason": one.reason,
        }
        for number, one in enumerate(rejects, 1)
    ]
    if rows:
        connection.execute(insert(rejected_row), rows)


def find_commit(connection: Connection, scenario: str, window_id: str) -> Commit | None:
    """The commit row, or None."""
    query = select(prediction_commit).where(_C.scenario == scenario, _C.window == window_id)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else Commit(**row)


def _same(existing: Commit, commit: Commit) -> bool:
    """False (nothing to do) when both are the same file; Corrupt otherwise."""
    if existing.sha256 != commit.sha256:
        raise Corrupt(
            f"Window {commit.window!r} of {commit.scenario} has sha256 {existing.sha256} in SQL, "
            f"the lake says {commit.sha256}."
        )
    return False


def _notice(commit: Commit, table: str) -> Notice:
    data = {
        "scenario": commit.scenario,
        "window": commit.window,
        "table": table,
        "view": f"v_{table}",
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
