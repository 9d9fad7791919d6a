"""Raw readings in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, delete, insert, select, update

from shared.adapters.sql.connection.transactions import read, write
from shared.adapters.sql.schema.readings import reading as table
from shared.serving.reading import Reading

_R = table.c


class SqlReadings:
    """Port `Readings`: one row per entity and time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, scenario: str, readings: Sequence[Reading], received_at: datetime, forget_before: datetime) -> None:
        """Store them in one transaction; the newest for an entity and time replaces an earlier one."""
        by_entity: dict[str, dict[datetime, Reading]] = {}
        for one in readings:
            by_entity.setdefault(one.entity, {})[one.at] = one

        def work(connection: Connection) -> None:
            for entity, brought in sorted(by_entity.items()):
                connection.execute(delete(table).where(*_of(scenario, entity), _R.received_at < forget_before))
                _store(connection, scenario, entity, brought, received_at)

        if by_entity:
            write(self._engine, work)

    def window(self, scenario: str, entity: str, start: datetime, end: datetime) -> Sequence[Reading]:
        """The entity's readings from `start` to `end`, both included, in order of time."""
        here = (*_of(scenario, entity), _R.at >= start, _R.at <= end)
        query = select(_R.at, _R.measured).where(*here).order_by(_R.at)
        rows = read(self._engine, lambda connection: connection.execute(query).all())
        return [Reading(entity, row.at, row.measured) for row in rows]


def _of(scenario: str, entity: str) -> tuple[ColumnElement[bool], ...]:
    return _R.scenario == scenario, _R.entity == entity


def _store(
    connection: Connection, scenario: str, entity: str, brought: Mapping[datetime, Reading], received_at: datetime
) -> None:
    here = _of(scenario, entity)
    span = (_R.at >= min(brought), _R.at <= max(brought))
    there = {row.at: row.measured for row in connection.execute(select(_R.at, _R.measured).where(*here, *span))}
    new = []
    for at, one in sorted(brought.items()):
        values = {"measured": dict(one.measured), "received_at": received_at}
        if at not in there:
            new.append({"scenario": scenario, "entity": entity, "at": at, **values})
        elif there[at] != values["measured"]:
            connection.execute(update(table).where(*here, _R.at == at).values(values))
    if new:
        connection.execute(insert(table), new)
