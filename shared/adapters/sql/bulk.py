"""Prediction rows into SQL in bulk, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import batched, chain, count
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlalchemy import Connection, Table, insert

from shared.errors import Corrupt

BATCH_ROWS = 16_384
# Measured: more rows per statement gain nothing, and SQLite's limit of 32 766 parameters stays far away.
STATEMENT_ROWS = 64


def insert_predictions(connection: Connection, table: Table, parquet: BinaryIO) -> int:
    """Insert every row of a Parquet file that has the table's columns; returns how many. Memory stays flat.

    Corrupt when the file cannot be read, lacks a column or a page is not what its checksum says.
    """
    write = _insert_sqlite if connection.dialect.name == "sqlite" else _insert_any
    names = [column.name for column in table.columns]
    rows = 0
    for batch in _batches(parquet, names):
        write(connection, table, batch)
        rows += batch.num_rows
    return rows


def _batches(parquet: BinaryIO, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
    try:
        # With its buffer the whole file would stay in memory until the last row is read.
        file = pq.ParquetFile(parquet, pre_buffer=False, page_checksum_verification=True)
        absent = [name for name in names if name not in file.schema_arrow.names]
        if absent:
            raise Corrupt(f"The prediction file has no column {', '.join(absent)}.")
        for batch in file.iter_batches(BATCH_ROWS, columns=list(names), use_threads=False):
            yield batch.select(names)
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise  # the disk or the network, not the file
        raise Corrupt(f"The prediction file cannot be read: {error}") from error


def _insert_any(connection: Connection, table: Table, batch: pa.RecordBatch) -> None:
    names = [column.name for column in table.columns]
    columns = [_naive(column).to_pylist() for column in batch.columns]
    connection.execute(insert(table), [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)])


def _insert_sqlite(connection: Connection, table: Table, batch: pa.RecordBatch) -> None:
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


def _naive(column: pa.Array) -> pa.Array:
    """Times without their zone, which is UTC: how every table stores them."""
    return column.cast(pa.timestamp("us")) if pa.types.is_timestamp(column.type) else column


def _as_sqlite(column: pa.Array) -> pa.Array:
    """Times as the text that SQLAlchemy stores: `2026-11-20 13:50:00.000000`."""
    return _naive(column).cast(pa.string()) if pa.types.is_timestamp(column.type) else column


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
