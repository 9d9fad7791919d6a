"""The views that tell the versions of a window apart."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Join, Select, Table, and_, func, select

from shared.adapters.sql.schema.lineage import prediction_revision
from shared.adapters.sql.schema.predictions import whole_rows, with_commit
from shared.adapters.sql.schema.tables import prediction_commit
from shared.adapters.sql.views.definition import create_or_replace_view
from shared.core.scenario import Scenario

_R = prediction_revision.c
_C = prediction_commit.c


def create_views(connection: Connection, scenario: Scenario, table: Table) -> None:
    """`v_<table>` shows the newest version of each committed window, `v_<table>_asof` all with their time of truth.

    A view of an older declaration is replaced.
    """
    create_or_replace_view(connection, f"v_{table.name}", newest(scenario, table))
    create_or_replace_view(connection, f"v_{table.name}_asof", _asof(scenario, table))


def newest(scenario: Scenario, table: Table) -> Select[Any]:
    """The newest version of each committed window's rows."""
    return (
        select(*whole_rows(scenario, table)).select_from(versioned(scenario, table)).where(_R.superseded_at.is_(None))
    )


def _asof(scenario: Scenario, table: Table) -> Select[Any]:
    shown = (
        func.coalesce(_R.base, _C.window).label("base_window"),
        func.coalesce(_R.revision, 1).label("revision"),
        func.coalesce(_R.committed_at, _C.scored_at).label("committed_at"),
        _R.superseded_at,
    )
    return select(*whole_rows(scenario, table), *shown).select_from(versioned(scenario, table))


def versioned(scenario: Scenario, table: Table) -> Join:
    """Rows of committed windows with commit and version; windows of before versions were kept have none."""
    same = and_(_R.scenario == _C.scenario, _R.window == _C.window)
    return with_commit(scenario.name, table).outerjoin(prediction_revision, same)
