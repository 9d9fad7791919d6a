"""Creating and replacing views."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CompoundSelect, Connection, Select, inspect
from sqlalchemy.schema import CreateView, DropView


def create_or_replace_view(connection: Connection, name: str, query: Select[Any] | CompoundSelect[Any]) -> None:
    """Create the view, or replace the query of an existing one."""
    view = CreateView(query, name)
    if name in inspect(connection).get_view_names():
        connection.execute(DropView(view.table))
    connection.execute(view)
