"""Raw readings in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, insert, select

from shared.adapters.sql.connection.transactions import read, write
from shared.adapters.sql.schema.readings import reading as table
from shared.serving.reading import Reading

_R = table.c


class SqlReadings:
    """Port `Readings`: one row per entity and time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, scenario: str, readings: Sequence[Reading], forget_before: datetime) -> None:
        """Store them in one transaction; of two for the same entity and time the first stays."""
        by_entity: dict[str, dict[datetime, Reading]] = {}
        for one in readings:
            by_entity.setdefault(one.entity, {}).setdefault(one.at, one)

        def work(connection: Connection) -> None:
            for entity, known in sorted(by_entity.items()):
                here = (_R.scenario == scenario, _R.entity == entity)
                connection.execute(delete(table).where(*here, _R.at < forget_before))
                there = set(connection.scalars(select(_R.at).where(*here, _R.at >= min(known), _R.at <= max(known))))
                new = [
                    {"scenario": scenario, "entity": entity, "at": at, "measured": dict(one.measured)}
                    for at, one in sorted(known.items())
                    if at not in there
                ]
                if new:
                    connection.execute(insert(table), new)

        if by_entity:
            write(self._engine, work)

    def window(self, scenario: str, entity: str, start: datetime, end: datetime) -> Sequence[Reading]:
        """The entity's readings from `start` to `end`, both included, in order of time."""
        here = (_R.scenario == scenario, _R.entity == entity, _R.at >= start, _R.at <= end)
        query = select(_R.at, _R.measured).where(*here).order_by(_R.at)
        rows = read(self._engine, lambda connection: connection.execute(query).all())
        return [Reading(entity, row.at, row.measured) for row in rows]
