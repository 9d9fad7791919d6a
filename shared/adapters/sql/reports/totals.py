"""Counts over the state, each from a key or an index."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Table, func, select

from shared.adapters.sql.connection.transactions import read
from shared.adapters.sql.ledger.history import entry_of
from shared.adapters.sql.schema.lineage import prediction_revision
from shared.adapters.sql.schema.tables import dataset_version, ledger, model_version, prediction_commit, run, window
from shared.core.ledger import Entry

_C = prediction_commit.c
_R = prediction_revision.c


class SqlTotals:
    """Port `Totals`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def totals(self, scenarios: Collection[str]) -> Mapping[str, Mapping[str, int]]:
        """Per scenario: files, datasets, runs, models, windows, open windows, predictions, failed rows.

        Of a window that was corrected the newest version counts.
        """
        return read(self._engine, lambda connection: {name: _totals(connection, name) for name in scenarios})

    def in_states(self, states: Collection[str], limit: int) -> Sequence[Entry]:
        """Entries of the ledger that are in one of these states now, newest first."""
        newest = select(ledger).order_by(ledger.c.last.desc()).limit(limit)

        def work(connection: Connection) -> list[Row[Any]]:
            # State by state: each is the end of an index, where all together would be sorted.
            each = (connection.execute(newest.where(ledger.c.state == state)) for state in sorted(states))
            return [row for rows in each for row in rows]

        found = sorted(read(self._engine, work), key=lambda row: -row.last)
        return [entry_of(row) for row in found[:limit]]


def _totals(connection: Connection, name: str) -> Mapping[str, int]:
    def count(table: Table, *conditions: ColumnElement[bool]) -> int:
        return connection.scalar(select(func.count()).select_from(table).where(*conditions)) or 0

    rows, failed, commits = _predicted(connection, name)
    return {
        "files": sum(count(ledger, *_blobs(f"{area}/{name}/")) for area in ("incoming", "scoring")),
        "datasets": count(dataset_version, dataset_version.c.scenario == name),
        "runs": count(run, run.c.scenario == name),
        "models": count(model_version, model_version.c.name == name),
        "windows": commits,
        "open_windows": count(window, window.c.scenario == name, window.c.state == "planned"),
        "predictions": rows,
        "failed_rows": failed,
    }


def _predicted(connection: Connection, name: str) -> Sequence[int]:
    """Rows, failed rows and windows, without the versions of windows that gave way to a newer one."""
    sums = select(func.sum(_C.rows), func.sum(_C.failed_rows), func.count()).where(_C.scenario == name)
    this_window = (_R.scenario == _C.scenario) & (_R.window == _C.window)
    gone = sums.select_from(prediction_revision.join(prediction_commit, this_window))
    every, old = connection.execute(sums).one(), connection.execute(gone.where(_R.superseded_at.is_not(None))).one()
    return [int(all_ or 0) - int(some or 0) for all_, some in zip(every, old, strict=True)]


def _blobs(folder: str) -> tuple[Any, ...]:
    """The ledger's blobs below a folder, as a range of its key: `0` follows `/`."""
    return ledger.c.kind == "blob", ledger.c.key >= folder, ledger.c.key < f"{folder[:-1]}0"
