"""Parquet under a contract, read within a budget of decoded bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet as pq

from shared.adapters.tables.carried import carried_columns
from shared.adapters.tables.header import check_header
from shared.adapters.tables.kinds import no_rows
from shared.adapters.tables.limits import Limits
from shared.adapters.tables.origin import Origin
from shared.adapters.tables.stored import check_type, from_stored
from shared.core.errors import Quarantined
from shared.core.scenario import Column, Table
from shared.core.wording import counted

_MAGIC = b"PAR1"
_SAMPLE = 1_024
_BUFFER = 1 << 18
_BROKEN = (pa.ArrowException, OSError, UnicodeDecodeError, MemoryError)
_ACCEPTED_FILE = "a whole Parquet file"


def read_parquet(
    data: bytes, table: Table, limits: Limits, origin: Origin
) -> tuple[Origin, dict[str, pa.ChunkedArray]]:
    """Return the contract's columns that the file has, in its types; Quarantined when it is broken or too large."""
    _check_magic(data, data, origin)
    columns = _declared(_open(pa.BufferReader(data), origin), table, limits, origin)
    batches = list(_decode(pa.BufferReader(data), columns, limits, origin))
    if not batches:
        return origin, no_rows(columns)
    stored = pa.Table.from_batches(batches)
    return origin, {column.name: from_stored(stored.column(column.name), column, origin) for column in columns}


def parquet_blocks(
    source: BinaryIO, table: Table, limits: Limits, origin: Origin
) -> Iterator[tuple[Origin, dict[str, pa.ChunkedArray]]]:
    """Yield block by block what `read_parquet` reads; a page per column is in memory."""
    start = source.read(_SAMPLE)
    source.seek(-min(len(_MAGIC), source.seek(0, io.SEEK_END)), io.SEEK_END)
    _check_magic(start, source.read(), origin)
    columns = _declared(_open(source, origin), table, limits, origin)
    rows = 0
    for batch in _decode(source, columns, limits, origin):
        here = origin.after(rows)
        stored = pa.Table.from_batches([batch])
        yield here, {column.name: from_stored(stored.column(column.name), column, here) for column in columns}
        rows += batch.num_rows
    if not rows:
        yield origin, no_rows(columns)


def _declared(file: pq.ParquetFile, table: Table, limits: Limits, origin: Origin) -> list[Column]:
    """The contract's columns that the file has; Quarantined when its footer breaks the contract or a limit."""
    check_header(file.schema_arrow.names, table, limits, origin)
    columns = [column for column in table.columns if column.name in file.schema_arrow.names]
    for column in columns:
        check_type(file.schema_arrow.field(column.name).type, column, origin)
    columns += _carried(file.schema_arrow, table, origin)
    _check_footer(file.metadata, table, limits, origin)
    return columns


def _carried(schema: pa.Schema, table: Table, origin: Origin) -> list[Column]:
    """The columns that are carried; Quarantined for one that holds more than a value in a cell."""
    carried = carried_columns(schema.names, table)
    for column in carried:
        if pa.types.is_nested(schema.field(column.name).type):
            problem = f"the file stores {schema.field(column.name).type}"
            raise origin.refusal("type", problem, "a single value in a cell, to be carried", column=column.name)
    return carried


def parquet_names(source: BinaryIO, origin: Origin) -> tuple[str, ...]:
    """The column names in the footer of a seekable file."""
    start = source.read(_SAMPLE)
    source.seek(-min(len(_MAGIC), source.seek(0, io.SEEK_END)), io.SEEK_END)
    _check_magic(start, source.read(), origin)
    return tuple(_open(source, origin).schema_arrow.names)


def _check_magic(start: bytes, end: bytes, origin: Origin) -> None:
    if not start.startswith(_MAGIC):
        looks = "text" if _printable(start[:_SAMPLE]) else "something else"
        problem = f"the name says Parquet, the content looks like {looks}"
        raise origin.refusal("not_parquet", problem, "Parquet, or CSV with the ending .csv")
    if not end.endswith(_MAGIC):
        raise origin.refusal("corrupt", "the Parquet file ends before its footer (truncated?)", _ACCEPTED_FILE)


def _printable(sample: bytes) -> bool:
    text = sample.decode("utf-8", "ignore")
    return bool(text) and all(char.isprintable() or char in "\r\n\t" for char in text)


def _open(source: BinaryIO | pa.BufferReader, origin: Origin, dictionaries: list[str] | None = None) -> pq.ParquetFile:
    try:
        # Text stays dictionary-encoded until its size is known: a small dictionary may decode to gigabytes.
        # A buffer per column is enough: a row group need not be in memory as a whole.
        return pq.ParquetFile(
            source,
            page_checksum_verification=True,
            read_dictionary=dictionaries,
            pre_buffer=False,
            buffer_size=_BUFFER,
        )
    except _BROKEN as fault:
        raise _corrupt(fault, origin) from fault


def _corrupt(fault: BaseException, origin: Origin) -> Quarantined:
    first_line = (str(fault) or type(fault).__name__).splitlines()[0]
    return origin.refusal("corrupt", f"the Parquet file is damaged ({first_line})", _ACCEPTED_FILE)


def _check_footer(footer: pq.FileMetaData, table: Table, limits: Limits, origin: Origin) -> None:
    if footer.num_rows < min(1, table.min_rows):
        raise origin.refusal("no_rows", "there are no data rows", "at least one data row")
    if footer.num_rows * footer.num_columns > limits.cells:
        problem = f"the file has {footer.num_rows:,} rows of {footer.num_columns:,} cells"
        raise origin.refusal("too_many_cells", problem, f"at most {limits.cells:,} cells")
    size = sum(footer.row_group(group).total_byte_size for group in range(footer.num_row_groups))
    if size > limits.decoded_bytes:
        raise _too_large(f"the footer declares {size:,} decoded bytes", limits, origin)


def _too_large(problem: str, limits: Limits, origin: Origin) -> Quarantined:
    return origin.refusal("too_large_decoded", problem, f"at most {limits.decoded_bytes:,} bytes of decoded values")


def _decode(
    source: BinaryIO | pa.BufferReader, columns: Sequence[Column], limits: Limits, origin: Origin
) -> Iterator[pa.RecordBatch]:
    """Yield the stored values of these columns, plain; Quarantined when they are damaged or too large."""
    file = _open(source, origin, [column.name for column in columns if column.kind == "text"])
    spent = rows = 0
    for batch in _read(file, [column.name for column in columns], limits.block_rows, origin):
        spent += sum(_decoded_size(column) for column in batch.columns)
        if spent > limits.decoded_bytes:
            raise _too_large("the file decodes to more than is allowed", limits, origin)
        rows += batch.num_rows
        yield pa.record_batch([_plain(column) for column in batch.columns], names=batch.schema.names)
    if rows != file.metadata.num_rows:
        problem = f"the footer promises {counted(file.metadata.num_rows, 'row')} and there are {rows}"
        raise origin.refusal("corrupt", problem, _ACCEPTED_FILE)


def _read(file: pq.ParquetFile, names: list[str], rows: int, origin: Origin) -> Iterator[pa.RecordBatch]:
    try:
        for batch in file.iter_batches(batch_size=rows, columns=names):
            batch.validate(full=True)
            yield batch
    except _BROKEN as fault:
        raise _corrupt(fault, origin) from fault


def _decoded_size(column: pa.Array) -> int:
    """Return how many bytes the column takes without a dictionary."""
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    if not len(column.dictionary):
        return int(column.indices.nbytes)
    sizes = pc.fill_null(pc.binary_length(column.dictionary), 0)
    counts = pc.value_counts(column.indices.drop_null())
    each = pc.take(sizes, counts.field("values"))
    return int(pc.sum(pc.multiply(each.cast(pa.int64()), counts.field("counts"))).as_py() or 0)


def _plain(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return column
