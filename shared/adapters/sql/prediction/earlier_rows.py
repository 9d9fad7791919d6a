"""Rows of before revision 18, each of which repeats what the commit of its window knows."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Table, column, inspect, literal, select


class EarlierRows:
    """Looks for them; which tables have the columns at all is asked once."""

    def __init__(self) -> None:
        self._possible: dict[str, bool] = {}

    def are_in(self, connection: Connection, table: Table, inside: Sequence[ColumnElement[bool]]) -> bool:
        """Whether one of the rows inside repeats its commit."""
        if table.name not in self._possible:
            columns = inspect(connection).get_columns(table.name)
            self._possible[table.name] = any(each["name"] == "window" for each in columns)
        if not self._possible[table.name]:
            return False
        query = select(literal(1)).select_from(table).where(*inside, column("window").is_not(None)).limit(1)
        return connection.scalar(query) is not None
