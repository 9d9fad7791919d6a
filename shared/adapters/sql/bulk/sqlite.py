"""Prediction rows into SQLite: many rows per statement, what never changes bound once per statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import batched, chain, count
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Table

# Measured: more rows per statement gain nothing, and SQLite's limit of 32 766 parameters stays far away.
STATEMENT_ROWS = 64


def insert_rows(connection: Connection, table: Table, batches: Iterator[pa.RecordBatch]) -> int:
    """Insert every row; returns how many."""
    rows = 0
    for batch in batches:
        _insert(connection, table, batch)
        rows += batch.num_rows
    return rows


def _insert(connection: Connection, table: Table, batch: pa.RecordBatch) -> None:
    """Many rows per statement; what is the same in the whole batch (provenance) is bound once per statement."""
    # The id varies by its nature, even in a window of one row.
    same = (False, *(_is_constant(column) for column in batch.columns[1:]))
    stored = [_python(_as_sqlite(column[:1] if constant else column)) for column, constant in _paired(batch, same)]
    constants = [values[0] for values, constant in zip(stored, same, strict=True) if constant]
    varying = [values for values, constant in zip(stored, same, strict=True) if not constant]
    statements = {rows: _statement(connection, table, same, rows) for rows in _sizes(batch.num_rows)}
    for rows in batched(zip(*varying, strict=True), STATEMENT_ROWS, strict=False):
        connection.exec_driver_sql(statements[len(rows)], (*constants, *chain.from_iterable(rows)))


def _paired(batch: pa.RecordBatch, same: tuple[bool, ...]) -> Iterator[tuple[pa.Array, bool]]:
    return zip(batch.columns, same, strict=True)


def _is_constant(column: pa.Array) -> bool:
    if not len(column) or column.null_count or column[0] != column[-1]:
        return False
    return bool(pc.all(pc.equal(column, column[0])).as_py())


def _sizes(rows: int) -> set[int]:
    return {min(rows, STATEMENT_ROWS), rows % STATEMENT_ROWS} - {0}


def _as_sqlite(column: pa.Array) -> pa.Array:
    """Times as the text that SQLAlchemy stores: `2026-11-20 13:50:00.000000`."""
    if not pa.types.is_timestamp(column.type):
        return column
    return column.cast(pa.timestamp("us")).cast(pa.string())


def _python(column: pa.Array) -> Sequence[Any]:
    # Through NumPy is several times faster, but there a null among numbers would be NaN.
    if column.null_count:
        return cast("Sequence[Any]", column.to_pylist())
    return cast("Sequence[Any]", column.to_numpy(zero_copy_only=False).tolist())


def _statement(connection: Connection, table: Table, same: tuple[bool, ...], rows: int) -> str:
    """An INSERT whose parameters are first the constants, then the varying values row by row.

    Plain question marks: SQLite looks numbered parameters up one after the other, each time.
    """
    quote = connection.dialect.identifier_preparer
    names = ", ".join(quote.quote(column.name) for column in table.columns)
    varying = count(1)
    shown = ", ".join("?" if constant else f"column{next(varying)}" for constant in same)
    row = "(" + ", ".join("?" * (len(same) - sum(same))) + ")"
    values = ", ".join([row] * rows)
    return f"INSERT INTO {quote.format_table(table)} ({names}) SELECT {shown} FROM (VALUES {values})"  # noqa: S608 - quoted names, no values
