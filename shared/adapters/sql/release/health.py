"""Health in SQL: one row per version, minute and process, so that processes never wait for each other's numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, insert, select

from shared.adapters.sql.connection.transactions import read, write
from shared.adapters.sql.schema.release import serving_health as table
from shared.serving.health import Health

_H = table.c
_KEY = ("scenario", "environment", "generation", "version", "role", "minute", "instance")


class SqlHealth:
    """Port `HealthStore`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, health: Sequence[Health]) -> None:
        """Store each; the same process and minute replaces its earlier counts."""

        def work(connection: Connection) -> None:
            for one in health:
                connection.execute(delete(table).where(*(_H[name] == getattr(one, name) for name in _KEY)))
                connection.execute(
                    insert(table), {**asdict(one), "latency": list(one.latency), "answers": list(one.answers)}
                )

        if health:
            write(self._engine, work)

    def since(self, scenario: str, environment: str, start: datetime) -> Sequence[Health]:
        """The counts of minutes that begin at `start` or later."""
        here = (_H.scenario == scenario, _H.environment == environment, _H.minute >= start)
        query = select(table).where(*here).order_by(_H.minute, _H.version, _H.role, _H.instance)
        rows = read(self._engine, lambda connection: connection.execute(query).mappings().all())
        return [Health(**{**row, "latency": tuple(row["latency"]), "answers": tuple(row["answers"])}) for row in rows]
