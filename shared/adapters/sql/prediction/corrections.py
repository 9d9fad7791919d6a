"""Corrections in SQL: a further version of a window is a planned window of its own, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, insert, select

from shared.adapters.sql.connection.transactions import read, take_turn, write
from shared.adapters.sql.prediction.windows import add_free_inputs
from shared.adapters.sql.schema.lineage import correction as table
from shared.adapters.sql.schema.tables import window
from shared.prediction.revision import Correction
from shared.serving.deployment import Deployment

_T = table.c


class SqlCorrections:
    """Port `Corrections`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def plan(self, correction: Correction) -> Correction:
        """Keep it as the next version of its base; the same work that is planned already is returned instead."""

        def work(connection: Connection) -> Correction:
            take_turn(connection, f"windows of {correction.scenario}")
            existing = _planned(connection, correction)
            if existing is not None:
                return existing
            kept = _named(connection, correction)
            connection.execute(insert(window), _window(connection, kept))
            connection.execute(insert(table), correction_values(kept))
            add_free_inputs(connection, kept.scenario, kept.window, kept.inputs)
            return kept

        return write(self._engine, work)

    def find(self, scenario: str, window: str) -> Correction | None:
        """The correction that window is, or None for a first version."""
        query = select(table).where(_T.scenario == scenario, _T.window == window)
        row = read(self._engine, lambda connection: connection.execute(query).one_or_none())
        return None if row is None else _read(row)

    def list(self, scenario: str) -> Sequence[Correction]:
        """All corrections of a scenario, by base and number."""
        query = select(table).where(_T.scenario == scenario).order_by(_T.base, _T.revision)
        return [_read(row) for row in read(self._engine, lambda connection: connection.execute(query).all())]


def _planned(connection: Connection, wanted: Correction) -> Correction | None:
    joined = table.join(window, (window.c.scenario == _T.scenario) & (window.c.id == _T.window))
    query = select(table).select_from(joined).where(window.c.state == "planned")
    query = query.where(_T.scenario == wanted.scenario, _T.base == wanted.base)
    for found in map(_read, connection.execute(query)):
        if (found.deployment.sha256, found.inputs) == (wanted.deployment.sha256, wanted.inputs):
            return found
    return None


def _named(connection: Connection, wanted: Correction) -> Correction:
    ours = (_T.scenario == wanted.scenario, _T.base == wanted.base)
    number = (connection.scalar(select(func.max(_T.revision)).where(*ours)) or 1) + 1
    return replace(wanted, window=f"{wanted.base}.r{number}", number=number)


def _window(connection: Connection, kept: Correction) -> Mapping[str, Any]:
    highest = connection.scalar(select(func.max(window.c.ordinal)).where(window.c.scenario == kept.scenario))
    own = {"scenario": kept.scenario, "id": kept.window, "ordinal": (highest or 0) + 1}
    return {**own, "state": "planned", "created_at": kept.created_at, "reason": ""}


def correction_values(kept: Correction) -> Mapping[str, Any]:
    """The correction as a row."""
    return {
        "scenario": kept.scenario,
        "window": kept.window,
        "base": kept.base,
        "revision": kept.number,
        "inputs": list(kept.inputs),
        "deployment": kept.deployment.pinned(),
        "by": kept.by,
        "reason": kept.reason,
        "created_at": kept.created_at,
    }


def _read(row: Row[Any]) -> Correction:
    pinned = {**row.deployment, "at": datetime.fromisoformat(row.deployment["at"])}
    return Correction(
        scenario=row.scenario,
        window=row.window,
        base=row.base,
        number=row.revision,
        inputs=tuple(row.inputs),
        deployment=Deployment(**pinned),
        by=row.by,
        reason=row.reason,
        created_at=row.created_at,
    )
