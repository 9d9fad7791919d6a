"""Canonical Parquet: the bytes of a table depend on its content and on nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from typing import BinaryIO

import pyarrow as pa
from pyarrow import parquet as pq

from shared.datasets.row_groups import row_groups

_ROW_GROUP = 1 << 20


def write_parquet(table: pa.Table, size: int) -> bytes:
    """Canonical Parquet: equal tables give equal bytes however they are chunked; every page has a checksum."""
    sink = pa.BufferOutputStream()
    write_blocks(table.to_batches() or [table], sink, size)
    return bytes(sink.getvalue())


def write_blocks(
    blocks: Iterable[pa.RecordBatch | pa.Table], sink: BinaryIO | pa.NativeFile, size: int, rows: int = _ROW_GROUP
) -> None:
    """The same bytes for rows that come block by block: one row group, of at most `size` plain bytes, is in memory."""
    groups = map(_combined, row_groups(map(_plain, blocks), rows, size))
    first = next(groups)
    texts = [field.name for field in first.schema if pa.types.is_string(field.type)]
    writer = pq.ParquetWriter(
        sink,
        first.schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=texts or False,
        write_page_checksum=True,
        # The Arrow schema carries what the file was made from; the canonical file carries only its content.
        store_schema=False,
        version="2.6",
    )
    with closing(writer):
        writer.write_table(first, row_group_size=rows)
        # A group must not stay while the next one is collected.
        del first
        while (group := next(groups, None)) is not None:
            writer.write_table(group, row_group_size=rows)
            del group


def _plain(block: pa.RecordBatch | pa.Table) -> pa.Table:
    """No metadata, no dictionaries, every field nullable."""
    columns = [
        column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
        for column in block.columns
    ]
    return pa.table(columns, names=block.schema.names)


def _combined(blocks: list[pa.Table]) -> pa.Table:
    """One chunk per column; the blocks' own columns are let go one by one."""
    schema, columns = blocks[0].schema, [block.columns for block in blocks]
    blocks.clear()
    whole, pool = [], pa.default_memory_pool()
    for field in schema:
        chunks = [chunk for block in columns for chunk in block.pop(0).chunks]
        whole.append(pa.chunked_array(chunks, field.type).combine_chunks())
        del chunks
        pool.release_unused()
    return pa.table(whole, names=schema.names)
