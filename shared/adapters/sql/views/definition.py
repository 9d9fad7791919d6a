"""Creating and replacing views."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CompoundSelect, Connection, Select, inspect
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.schema import CreateView, DropView

_Query = Select[Any] | CompoundSelect[Any]


def create_or_replace_view(connection: Connection, name: str, query: _Query) -> None:
    """Create the view, or replace the query of an existing one; where that can be, those who may read it still may."""
    if name not in inspect(connection).get_view_names():
        connection.execute(CreateView(query, name))
    elif not _replaced(connection, name, query):
        view = CreateView(query, name)
        connection.execute(DropView(view.table))
        connection.execute(view)


def _replaced(connection: Connection, name: str, query: _Query) -> bool:
    """Whether the database could; PostgreSQL only appends columns, SQLite has neither this statement nor rights."""
    if connection.dialect.name == "sqlite":
        return False
    replacement = CreateView(query, name, or_replace=True)
    if connection.dialect.name == "mssql":
        connection.execute(replacement)
        return True
    try:
        with connection.begin_nested():
            connection.execute(replacement)
    except ProgrammingError:
        return False
    return True
