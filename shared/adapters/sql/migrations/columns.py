"""Every column a database really has, in one statement, and what kind of values it holds."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, text

_COLUMNS = {
    "sqlite": (
        "SELECT m.name, c.name, c.type FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
    ),
    "postgresql": (
        "SELECT table_name, column_name, data_type FROM information_schema.columns "
        "WHERE table_schema = current_schema()"
    ),
    "mssql": (
        "SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = SCHEMA_NAME()"
    ),
}
# By the type's first word, as the three databases tell it. SQL Server keeps JSON as text.
_KINDS = {
    "a whole number": {"int", "integer", "bigint"},
    "a number": {"float", "double", "real"},
    "a time": {"datetime", "datetime2", "timestamp"},
    "text": {"varchar", "nvarchar", "character", "text", "json"},
}


def columns_of(connection: Connection) -> Mapping[tuple[str, str], str]:
    """The type of every column of the schema in use, by table and column."""
    found = connection.execute(text(_COLUMNS[connection.dialect.name]))
    return {(table, column): data_type for table, column, data_type in found}


def kind_of(data_type: str) -> str:
    """What the type holds, the same word on every database; a type that is not ours is its own kind."""
    words = data_type.lower().replace("(", " ").split()
    return next((kind for kind, names in _KINDS.items() if words and words[0] in names), data_type)
