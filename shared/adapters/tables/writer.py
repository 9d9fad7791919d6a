"""Canonical Parquet: the bytes of a table depend on its content and on nothing else."""

from __future__ import annotations

import pyarrow as pa
from pyarrow import parquet as pq

_ROW_GROUP = 1 << 20


def write_parquet(table: pa.Table) -> bytes:
    """Canonical Parquet: equal tables give equal bytes however they are chunked; every page has a checksum."""
    plain = _canonical(table)
    texts = [field.name for field in plain.schema if pa.types.is_string(field.type)]
    sink = pa.BufferOutputStream()
    pq.write_table(
        plain,
        sink,
        row_group_size=_ROW_GROUP,
        compression="zstd",
        compression_level=1,
        use_dictionary=texts or False,
        write_page_checksum=True,
        # The Arrow schema carries what the file was made from; the canonical file carries only its content.
        store_schema=False,
        version="2.6",
    )
    return bytes(sink.getvalue())


def _canonical(table: pa.Table) -> pa.Table:
    """No metadata, no dictionaries, every field nullable, and one chunk per column."""
    columns = []
    for column in table.columns:
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        columns.append(column.cast(kind).combine_chunks())
    return pa.table(columns, names=table.column_names)
