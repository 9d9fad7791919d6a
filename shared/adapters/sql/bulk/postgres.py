"""Prediction rows into PostgreSQL: one COPY, written as CSV by Arrow without a Python object per cell."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from sqlalchemy import Connection, Table

from shared.adapters.sql.connection.driver import driver_errors

# Text is always in quotes, NULL never: what COPY tells apart.
_WRITE = pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed")


def insert_rows(connection: Connection, table: Table, batches: Iterator[pa.RecordBatch]) -> int:
    """Insert every row; returns how many."""
    quote = connection.dialect.identifier_preparer
    names = ", ".join(quote.quote(column.name) for column in table.columns)
    statement = f"COPY {quote.format_table(table)} ({names}) FROM STDIN (FORMAT csv)"
    rows = 0
    with (
        driver_errors(connection) as driver,
        driver.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        for batch in batches:
            copy.write(_csv(batch))
            rows += batch.num_rows
    return rows


def _csv(batch: pa.RecordBatch) -> bytes:
    sink = io.BytesIO()
    plain = pa.record_batch([_plain(column) for column in batch.columns], names=batch.schema.names)
    pyarrow.csv.write_csv(plain, sink, _WRITE)
    return sink.getvalue()


def _plain(column: pa.Array) -> pa.Array:
    """Times without their zone, which is UTC; NULL for what is no number."""
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.timestamp("us"))
    if pa.types.is_floating(column.type):
        return pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
