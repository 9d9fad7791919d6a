"""Prediction rows as Parquet, in row groups that do not depend on how the rows arrive."""

from __future__ import annotations

from typing import BinaryIO, Self

import pyarrow as pa
import pyarrow.parquet as pq

from shared.adapters.onnx.rows import Layout

GROUP_ROWS = 131_072


class RowGroups:
    """Writes rows of the layout's varying columns; every group but the last has GROUP_ROWS rows."""

    def __init__(self, out: BinaryIO, shape: Layout) -> None:
        self.written = 0
        self._shape = shape
        self._waiting: list[pa.Table] = []
        self._constants = shape.repeated(GROUP_ROWS)
        self._writer = _open(out, shape)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None and self._waiting:
            self._write(pa.concat_tables(self._waiting))
        self._writer.close()

    def add(self, rows: pa.Table) -> None:
        """Buffer the rows and write the group that they fill."""
        self.written += rows.num_rows
        self._waiting.append(rows)
        if sum(table.num_rows for table in self._waiting) >= GROUP_ROWS:
            joined = pa.concat_tables(self._waiting)
            self._write(joined.slice(0, GROUP_ROWS))
            self._waiting = [joined.slice(GROUP_ROWS)] if joined.num_rows > GROUP_ROWS else []

    def _write(self, rows: pa.Table) -> None:
        # With one array per column the page limits depend on the rows alone.
        self._writer.write_table(self._complete(rows.combine_chunks()), row_group_size=GROUP_ROWS)

    def _complete(self, rows: pa.Table) -> pa.Table:
        """All columns in order: those of `rows` and the constant ones, which are the same in every group."""
        columns = [
            self._constants[name].slice(0, rows.num_rows) if name in self._constants else rows.column(name)
            for name in self._shape.schema.names
        ]
        return pa.Table.from_arrays(columns, schema=self._shape.schema)


def _open(out: BinaryIO, shape: Layout) -> pq.ParquetWriter:
    coded = shape.dictionaries
    whole = [name for name in ("prediction_id", "prediction", "scored_at") if _is_whole(shape.schema.field(name).type)]
    # Scores and ids do not compress; statistics of constant columns are useless.
    return pq.ParquetWriter(
        out,
        shape.schema,
        compression=dict.fromkeys(coded, "snappy"),
        use_dictionary=coded,
        column_encoding=dict.fromkeys(whole, "DELTA_BINARY_PACKED"),
        write_statistics=[name for name in shape.schema.names if name not in (*coded, "entity_key")],
        write_page_checksum=True,
        store_schema=False,
    )


def _is_whole(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_timestamp(kind))
