"""Versions of a window in SQL: written in the transaction that loads its rows, and the views that tell them apart."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, Table, and_, delete, func, insert, literal, select, update

from shared.adapters.sql.connection.engine import take_turn
from shared.adapters.sql.reports.views import show_as
from shared.adapters.sql.schema.lineage import prediction_revision, prediction_source
from shared.adapters.sql.schema.tables import prediction_commit
from shared.prediction.revision import Revision
from shared.prediction.window import Commit

_R = prediction_revision.c
_C = prediction_commit.c


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


def create_views(connection: Connection, scenario: str, table: Table) -> None:
    """`v_<table>` shows the newest version of each committed window, `v_<table>_asof` all with their time of truth.

    A view of an older declaration is made anew.
    """
    show_as(connection, f"v_{table.name}", newest(scenario, table))
    show_as(connection, f"v_{table.name}_asof", _asof(scenario, table))


def newest(scenario: str, table: Table) -> Select[Any]:
    """The newest version of each committed window's rows."""
    return select(table).select_from(_joined(scenario, table)).where(_R.superseded_at.is_(None))


def _asof(scenario: str, table: Table) -> Select[Any]:
    shown = (
        func.coalesce(_R.base, table.c.window).label("base_window"),
        func.coalesce(_R.revision, 1).label("revision"),
        func.coalesce(_R.committed_at, _C.scored_at).label("committed_at"),
        _R.superseded_at,
    )
    return select(table, *shown).select_from(_joined(scenario, table))


def _joined(scenario: str, table: Table) -> Any:
    """Rows of committed windows; windows loaded before versions were kept are first versions."""
    committed = and_(_C.scenario == literal(scenario), _C.window == table.c.window)
    versioned = and_(_R.scenario == _C.scenario, _R.window == _C.window)
    return table.join(prediction_commit, committed).outerjoin(prediction_revision, versioned)
