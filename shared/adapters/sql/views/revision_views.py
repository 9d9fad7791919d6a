"""The views that tell the versions of a window apart."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, Table, and_, func, literal, select

from shared.adapters.sql.schema.lineage import prediction_revision
from shared.adapters.sql.schema.tables import prediction_commit
from shared.adapters.sql.views.definition import create_or_replace_view

_R = prediction_revision.c
_C = prediction_commit.c


def create_views(connection: Connection, scenario: str, table: Table) -> None:
    """`v_<table>` shows the newest version of each committed window, `v_<table>_asof` all with their time of truth.

    A view of an older declaration is replaced.
    """
    create_or_replace_view(connection, f"v_{table.name}", newest(scenario, table))
    create_or_replace_view(connection, f"v_{table.name}_asof", _asof(scenario, table))


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
