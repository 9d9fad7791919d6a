"""Versions of a window in SQL: written in the transaction that loads the rows of the window."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select, update

from shared.adapters.sql.connection.transactions import take_turn
from shared.adapters.sql.schema.lineage import prediction_revision, prediction_source
from shared.prediction.revision import Revision
from shared.prediction.window import Commit

_R = prediction_revision.c


def write_revision(connection: Connection, commit: Commit, revision: Revision) -> None:
    """Keep the window's version and its inputs, and end the version before; in whatever order versions are loaded."""
    here = {"scenario": commit.scenario, "window": commit.window}
    take_turn(connection, f"versions of window {revision.base} of {commit.scenario}")
    values = {
        "base": revision.base,
        "revision": revision.number,
        "committed_at": revision.committed_at,
        "generation": revision.generation,
    }
    # Whoever took the commit out left these behind.
    _forget(connection, commit.scenario, commit.window)
    connection.execute(insert(prediction_revision), {**here, **values, "superseded_at": None})
    sources = [
        {**here, "position": place, "path": path, "etag": etag.strip('"')}
        for place, (path, _, etag) in enumerate(key.rpartition("@") for key in revision.inputs)
    ]
    if sources:
        connection.execute(insert(prediction_source), sources)
    _order(connection, commit.scenario, revision.base)


def _forget(connection: Connection, scenario: str, window: str) -> None:
    for table in (prediction_revision, prediction_source):
        connection.execute(delete(table).where(table.c.scenario == scenario, table.c.window == window))


def _order(connection: Connection, scenario: str, base: str) -> None:
    """Each version of the base ends when the next one begins."""
    ours = (_R.scenario == scenario, _R.base == base)
    rows = connection.execute(select(prediction_revision).where(*ours).order_by(_R.revision)).all()
    for row, later in zip(rows, [*rows[1:], None], strict=True):
        ends = None if later is None else later.committed_at
        if row.superseded_at != ends:
            this = (_R.scenario == scenario, _R.window == row.window)
            connection.execute(update(prediction_revision).where(*this).values(superseded_at=ends))
