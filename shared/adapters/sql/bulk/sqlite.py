"""Prediction rows into SQLite: many rows per statement, straight through the driver."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Table, func, select

from shared.adapters.sql.connection.driver import driver_errors

# Measured: more rows per statement gain nothing.
STATEMENT_ROWS = 256
_MOST_PARAMETERS = 32_766


def insert_rows(connection: Connection, table: Table, batches: Iterator[pa.RecordBatch]) -> int:
    """Insert every row; returns how many. The first column is the table's INTEGER PRIMARY KEY."""
    quote = connection.dialect.identifier_preparer
    names = ", ".join(quote.quote(column.name) for column in table.columns)
    into = f"INSERT INTO {quote.format_table(table)} ({names}) VALUES "  # noqa: S608 - quoted names
    # Asked through SQLAlchemy, whose transaction begins with it.
    last, rows = connection.scalar(select(func.max(table.columns[0]))), 0
    with driver_errors(connection) as driver, closing(driver.cursor()) as cursor:
        for batch in batches:
            if batch.num_rows:
                numbered = _continues(last, batch.column(0))
                _insert(cursor, into, batch, numbered=numbered)
                last = max(last or 0, pc.max(batch.column(0)).as_py())
            rows += batch.num_rows
    return rows


def _continues(last: int | None, ids: pa.Array) -> bool:
    """Whether each id is the highest of the table plus one when its row comes, as SQLite itself numbers rows."""
    first, end = ids[0].as_py(), ids[-1].as_py()
    in_a_row = end - first == len(ids) - 1 and pc.all(pc.equal(pc.pairwise_diff(ids)[1:], 1)).as_py() is not False
    return in_a_row and (last is None or first > last)


def _insert(cursor: Any, into: str, batch: pa.RecordBatch, *, numbered: bool) -> None:
    """Insert the rows; numbered ones have an id at the start of each statement only, SQLite counts on from it."""
    first = batch.column(0)[0].as_py()
    columns = [_python(_as_sqlite(column)) for column in batch.columns[numbered:]]
    width = len(columns)
    cells = _row_by_row(columns)

    def parameters(start: int, end: int) -> list[Any]:
        return [*([first + start] if numbered else ()), *cells[start * width : end * width]]

    step = min(STATEMENT_ROWS, (_MOST_PARAMETERS - 1) // width)
    whole = batch.num_rows - batch.num_rows % step
    if whole:
        many = into + _values(step, width, numbered=numbered)
        cursor.executemany(many, (parameters(start, start + step) for start in range(0, whole, step)))
    if rest := batch.num_rows - whole:
        cursor.execute(into + _values(rest, width, numbered=numbered), parameters(whole, batch.num_rows))


def _values(rows: int, width: int, *, numbered: bool) -> str:
    """Plain question marks: SQLite looks numbered parameters up one after the other, each time."""
    marks = ", ".join("?" * width)
    if not numbered:
        return ", ".join([f"({marks})"] * rows)
    return ", ".join([f"(?, {marks})", *[f"(NULL, {marks})"] * (rows - 1)])


def _row_by_row(columns: Sequence[Sequence[Any]]) -> list[Any]:
    """The cells of all rows, one row after the other."""
    cells: list[Any] = [None] * (len(columns) * len(columns[0]))
    for place, column in enumerate(columns):
        cells[place :: len(columns)] = column
    return cells


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
