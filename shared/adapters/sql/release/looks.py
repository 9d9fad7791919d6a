"""The gate's looks in SQL: numbered without gaps per generation, each taken once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

from sqlalchemy import Connection, Engine, insert, select

from shared.adapters.sql.connection.transactions import read, take_turn, write
from shared.adapters.sql.schema.release import gate_look as table
from shared.release.look import Look

_L = table.c


class SqlLooks:
    """Port `Looks`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def take(self, look: Look, most: int) -> Look | None:
        """The look of that judgement: the one that was taken before, else the next; None after the `most`-th."""

        def work(connection: Connection) -> Look | None:
            take_turn(connection, f"looks at challengers of {look.scenario}")
            taken = _list(connection, look.scenario, look.generation)
            same = [one for one in taken if (one.version, one.judgement) == (look.version, look.judgement)]
            if same or len(taken) >= most:
                return same[0] if same else None
            numbered = replace(look, number=len(taken) + 1)
            connection.execute(insert(table), asdict(numbered))
            return numbered

        return write(self._engine, work)

    def list(self, scenario: str, generation: int) -> Sequence[Look]:
        """The looks that were taken at challengers of the generation, in order."""
        return read(self._engine, lambda connection: _list(connection, scenario, generation))


def _list(connection: Connection, scenario: str, generation: int) -> list[Look]:
    query = select(table).where(_L.scenario == scenario, _L.generation == generation).order_by(_L.number)
    return [Look(**row) for row in connection.execute(query).mappings()]
