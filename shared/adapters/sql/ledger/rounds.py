"""How far listings of the lake have come, in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, Engine, insert, select, update

from shared.adapters.sql.connection.transactions import count, read, rows_changed
from shared.adapters.sql.schema.operations import listing_round as table
from shared.core.timers.listing_round import Round


class SqlRounds:
    """Port `Rounds`: one row a round. Of two callers the later one wins: both have listed what they say."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, name: str) -> Round | None:
        """Where the round stands, or None."""
        query = select(table).where(table.c.name == name)
        row = read(self._engine, lambda connection: connection.execute(query).mappings().one_or_none())
        return None if row is None else Round(**row)

    def save(self, reached: Round) -> None:
        """Keep where it stands: what is lost is listed again."""
        values = asdict(reached)

        def work(connection: Connection) -> None:
            if not rows_changed(connection.execute(update(table).where(table.c.name == reached.name).values(values))):
                connection.execute(insert(table), values)

        count(self._engine, work)

    def list(self) -> Sequence[Round]:
        """All rounds by name."""
        query = select(table).order_by(table.c.name)
        rows = read(self._engine, lambda connection: connection.execute(query).mappings().all())
        return [Round(**row) for row in rows]
