"""Table and views of a scenario, as its declaration says: made when they are missing, widened, brought up to date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Float,
    Integer,
    String,
    Table,
    TypeDecorator,
    delete,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.schema import CreateColumn
from sqlalchemy.types import TypeEngine

from shared.adapters.sql.connection.transactions import take_turn
from shared.adapters.sql.monitoring.actual_tables import replace_comparison_view
from shared.adapters.sql.schema.predictions import scenario_views
from shared.adapters.sql.views.report_views import create_model_view, create_reject_view, create_value_view, reject_view
from shared.adapters.sql.views.revision_views import create_views
from shared.core.errors import Conflict
from shared.core.scenario import Scenario

# Views of version 1 read from each row what its commit knows, and do not see the rows of today.
VERSION = 2
_V = scenario_views.c


def prepare(connection: Connection, scenario: Scenario, table: Table) -> None:
    """Create table and views, or widen them by what was declared later; views of an earlier version are replaced.

    A table of before keys had an index gets none: on a large one that takes longer than a statement may.
    """
    found = inspect(connection)
    if found.has_table(table.name):
        present = {column["name"]: column["type"] for column in found.get_columns(table.name)}
        _check_kinds(table, present)
        absent = [column for column in table.columns if column.name not in present]
        views = {f"v_{table.name}", f"v_{table.name}_asof", reject_view(scenario)}
        if not absent and views <= set(found.get_view_names()) and views_version(connection, scenario) >= VERSION:
            return
        take_turn(connection, "mlops schema")
        _widen(connection, table, absent)
    else:
        take_turn(connection, "mlops schema")
        table.create(connection, checkfirst=True)
    _make_views(connection, scenario, table)


def views_version(connection: Connection, scenario: Scenario) -> int:
    """The version of the scenario's views; 0 for one from before it was kept."""
    return connection.scalar(select(_V.version).where(_V.scenario == scenario.name)) or 0


def _make_views(connection: Connection, scenario: Scenario, table: Table) -> None:
    create_views(connection, scenario, table)
    create_model_view(connection)
    create_value_view(connection, scenario, table)
    create_reject_view(connection, scenario)
    replace_comparison_view(connection, scenario)
    connection.execute(delete(scenario_views).where(_V.scenario == scenario.name))
    connection.execute(insert(scenario_views), {"scenario": scenario.name, "version": VERSION})


def _widen(connection: Connection, table: Table, absent: Sequence[Column[Any]]) -> None:
    """Add the columns; rows that stand there already have nothing in them."""
    name = connection.dialect.identifier_preparer.format_table(table)
    add = "ADD" if connection.dialect.name == "mssql" else "ADD COLUMN"
    for column in absent:
        connection.execute(text(f"ALTER TABLE {name} {add} {CreateColumn(column).compile(connection)}"))


def _check_kinds(table: Table, present: Mapping[str, TypeEngine[Any]]) -> None:
    """Raise Conflict when a column exists with another kind of values."""
    for column in table.columns:
        existing = present.get(column.name)
        if existing is not None and _kind(existing) != _kind(column.type):
            raise Conflict(
                f"Table {table.name} was created by an older declaration: its column {column.name} holds "
                f"{_kind(existing)}, now {_kind(column.type)} is declared. Rename the column, or drop the "
                f"table and load it again from the lake."
            )


def _kind(column_type: TypeEngine[Any]) -> str:
    kinds = {Integer: "whole numbers", Float: "numbers", DateTime: "times", String: "text"}
    decorated = column_type.impl_instance if isinstance(column_type, TypeDecorator) else column_type
    return next((kind for base, kind in kinds.items() if isinstance(decorated, base)), str(decorated))
