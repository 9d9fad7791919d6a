"""Views for report tools."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CompoundSelect, Connection, Select, inspect
from sqlalchemy.schema import CreateView, DropView


def show_as(connection: Connection, name: str, query: Select[Any] | CompoundSelect[Any]) -> None:
    """Create the view, or put this query in the place of the one it had."""
    view = CreateView(query, name)
    if name in inspect(connection).get_view_names():
        connection.execute(DropView(view.table))
    connection.execute(view)
