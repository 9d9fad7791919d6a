"""Prediction rows into SQL Server: arrays of rows into a staging table, then one set-based statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Table

from shared.adapters.sql.connection.driver import driver_errors

STAGE = "#mlops_rows"
# Longer text is sent in pieces, as NVARCHAR(max).
_LONGEST = 4000


def insert_rows(connection: Connection, table: Table, batches: Iterator[pa.RecordBatch]) -> int:
    """Insert every row; returns how many.

    What is the same in a whole batch (provenance) is a parameter of the set-based statement and never staged.
    """
    rows = 0
    with driver_errors(connection) as driver:
        cursor = driver.cursor()
        # A cursor of its own: the sizes of arrays would hold for the parameters of other statements too.
        arrays = driver.cursor()
        arrays.fast_executemany = True
        staged: tuple[str, ...] = ()
        for batch in batches:
            # The id varies by its nature, even in a window of one row.
            same = [name for name, column in list(_named(batch))[1:] if is_constant(column)]
            varying = tuple(name for name in batch.schema.names if name not in same)
            if varying != staged:
                cursor.execute(create_stage(connection, table, varying))
                staged = varying
            _stage(arrays, connection, batch.select(list(varying)))
            constants = [_values(batch.column(name)[:1])[0] for name in same]
            cursor.execute(move(connection, table, same), *constants)
            # A call of its own: an answer that stays unread makes the connection busy.
            cursor.execute(f"TRUNCATE TABLE {STAGE}")
            rows += batch.num_rows
        if staged:
            cursor.execute(f"DROP TABLE {STAGE}")
        arrays.close()
        cursor.close()
    return rows


def create_stage(connection: Connection, table: Table, names: Sequence[str]) -> str:
    """The staging table of those columns, empty, whatever was left of an earlier one."""
    dialect = connection.dialect
    quote = dialect.identifier_preparer.quote
    columns = ", ".join(f"{quote(name)} {table.columns[name].type.compile(dialect)} NULL" for name in names)
    return f"DROP TABLE IF EXISTS {STAGE}; CREATE TABLE {STAGE} ({columns})"


def fill(connection: Connection, names: Sequence[str]) -> str:
    """The statement whose parameters are the columns of a staged row."""
    quote = connection.dialect.identifier_preparer.quote
    return f"INSERT INTO {STAGE} ({', '.join(map(quote, names))}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608 - quoted names, no values


def move(connection: Connection, table: Table, same: Sequence[str]) -> str:
    """The set-based statement: staged rows into the table, the constants as parameters."""
    preparer = connection.dialect.identifier_preparer
    names = [column.name for column in table.columns]
    into = ", ".join(map(preparer.quote, names))
    shown = ", ".join("?" if name in same else preparer.quote(name) for name in names)
    target = preparer.format_table(table)
    return f"INSERT INTO {target} ({into}) SELECT {shown} FROM {STAGE}"  # noqa: S608 - quoted names, no values


def is_constant(column: pa.Array) -> bool:
    """Whether every value is the same and none is absent."""
    if not len(column) or column.null_count or column[0] != column[-1]:
        return False
    return bool(pc.all(pc.equal(column, column[0])).as_py())


def _stage(cursor: Any, connection: Connection, batch: pa.RecordBatch) -> None:
    if not batch.num_rows:
        return
    module: Any = connection.dialect.loaded_dbapi
    cursor.setinputsizes([_size(module, column) for column in batch.columns])
    columns = [_values(column) for column in batch.columns]
    cursor.executemany(fill(connection, batch.schema.names), list(zip(*columns, strict=True)))


def _size(module: Any, column: pa.Array) -> tuple[int, int, int]:
    """Type, size and decimals: with them the driver binds whole arrays without asking the server first."""
    if pa.types.is_integer(column.type):
        return (module.SQL_BIGINT, 0, 0)
    if pa.types.is_floating(column.type):
        return (module.SQL_DOUBLE, 0, 0)
    if pa.types.is_timestamp(column.type):
        return (module.SQL_TYPE_TIMESTAMP, 26, 6)
    # In UTF-16 a character takes one unit or two; its bytes in UTF-8 are at least as many.
    longest = max(pc.max(pc.binary_length(column.cast(pa.string()))).as_py() or 1, 1)
    return (module.SQL_WVARCHAR, longest if longest <= _LONGEST else 0, 0)


def _values(column: pa.Array) -> list[Any]:
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us"))
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    values: list[Any] = column.to_pylist()
    return values


def _named(batch: pa.RecordBatch) -> Iterator[tuple[str, pa.Array]]:
    return zip(batch.schema.names, batch.columns, strict=True)
