"""Counts over the state, each from a key or an index."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Table, func, select

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
        query = select(ledger).where(ledger.c.state.in_(sorted(states))).order_by(ledger.c.last.desc()).limit(limit)
        return [entry_of(row) for row in read(self._engine, lambda connection: connection.execute(query).all())]


def _totals(connection: Connection, name: str) -> Mapping[str, int]:
    def count(table: Table, *conditions: ColumnElement[bool]) -> int:
        return connection.scalar(select(func.count()).select_from(table).where(*conditions)) or 0

    # Of a window that was corrected the newest version counts.
    versions = prediction_commit.outerjoin(prediction_revision, (_R.scenario == _C.scenario) & (_R.window == _C.window))
    predicted = select(func.sum(_C.rows), func.sum(_C.failed_rows), func.count()).select_from(versions)
    predicted = predicted.where(_C.scenario == name, _R.superseded_at.is_(None))
    rows, failed, commits = connection.execute(predicted).one()
    return {
        "files": sum(count(ledger, *_blobs(f"{area}/{name}/")) for area in ("incoming", "scoring")),
        "datasets": count(dataset_version, dataset_version.c.scenario == name),
        "runs": count(run, run.c.scenario == name),
        "models": count(model_version, model_version.c.name == name),
        "windows": commits,
        "open_windows": count(window, window.c.scenario == name, window.c.state == "planned"),
        "predictions": int(rows or 0),
        "failed_rows": int(failed or 0),
    }


def _blobs(folder: str) -> tuple[Any, ...]:
    """The ledger's blobs below a folder, as a range of its key: `0` follows `/`."""
    return ledger.c.kind == "blob", ledger.c.key >= folder, ledger.c.key < f"{folder[:-1]}0"
