"""Rows on the local disk: canonical Parquet, or blocks as they came."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any, BinaryIO

from shared.core.errors import Corrupt
from shared.datasets.rows import BLOCK_ROWS, Rows, TableRows, named
from shared.datasets.spool import Spool

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from shared.datasets.column_facts import Facts

_COPIED = 1 << 20
_TURN = 1 << 14
# So many bytes of rows that are looked at again stay in memory; more lie on the local disk.
HELD_BYTES = 32 << 20
_GROUP_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class FileRows:
    """The rows of one canonical Parquet file on the local disk; a block and a page per column are in memory."""

    spool: Spool
    sha256: str
    schema: pa.Schema
    num_rows: int
    facts: Facts | None = None
    block: int = field(default=BLOCK_ROWS, compare=False)

    def blocks(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """These columns, read from the disk."""
        import pyarrow as pa

        if not self.num_rows:
            yield named(self.schema, columns).empty_table()
            return
        file = parquet_file(self.spool)
        for batch in file.iter_batches(batch_size=self.block, columns=None if columns is None else list(columns)):
            yield pa.Table.from_batches([batch])

    def open(self) -> BinaryIO:
        """The bytes of the file."""
        return self.spool.reader()


class StoredBlocks:
    """Rows that are kept on the local disk as they come."""

    def __init__(self) -> None:
        self._spool = Spool()
        self._out = self._spool.writer()
        self._writer: Any = None
        self.num_rows = 0
        self.schema: Any = None

    def add(self, block: pa.RecordBatch) -> None:
        """Keep the rows that follow."""
        import pyarrow as pa

        if self._writer is None:
            self.schema = block.schema
            self._writer = pa.ipc.new_stream(self._out, block.schema, options=pa.ipc.IpcWriteOptions(compression="lz4"))
        self._writer.write_batch(block)
        self.num_rows += block.num_rows

    def blocks(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """The rows as they came."""
        import pyarrow as pa

        self._out.flush()
        for batch in pa.ipc.open_stream(self._spool.reader()) if self.num_rows else ():
            block = pa.Table.from_batches([batch])
            yield block if columns is None else block.select(list(columns))


def held_rows(blocks: Iterable[pa.RecordBatch | pa.Table], most: int = HELD_BYTES) -> Rows:
    """The rows of all blocks (one at least, of one schema), to be read again: few in memory, many on the local disk."""
    import pyarrow as pa

    coming, held, size = map(_as_table, blocks), list[pa.Table](), 0
    for block in coming:
        held.append(block)
        size += block.nbytes
        if size > most:
            return _on_disk(block.schema, chain(_drained(held), coming))
    return TableRows(pa.concat_tables(held))


def _on_disk(schema: pa.Schema, blocks: Iterator[pa.Table]) -> FileRows:
    """The rows in groups of about a block, so that a column is read without the others."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from shared.datasets.row_groups import row_groups

    spool = Spool()
    with spool.writer() as out, pq.ParquetWriter(out, schema, compression="lz4") as writer:
        for group in row_groups(blocks, BLOCK_ROWS, _GROUP_BYTES):
            writer.write_table(pa.concat_tables(group))
    return of_spool(spool, "")


def _as_table(block: pa.RecordBatch | pa.Table) -> pa.Table:
    import pyarrow as pa

    return pa.Table.from_batches([block]) if isinstance(block, pa.RecordBatch) else block


def _drained(held: list[pa.Table]) -> Iterator[pa.Table]:
    while held:
        yield held.pop(0)


def spooled(source: BinaryIO, sha256: str, name: str) -> FileRows:
    """The canonical Parquet file as rows on the disk; Corrupt when its bytes are others."""
    spool, digest = Spool(), hashlib.sha256()
    with spool.writer() as out:
        while piece := source.read(_COPIED):
            digest.update(piece)
            out.write(piece)
    if digest.hexdigest() != sha256:
        raise Corrupt(f"{name} has sha256 {digest.hexdigest()}; recorded when it was written: {sha256}.")
    return of_spool(spool, sha256)


def of_spool(spool: Spool, sha256: str, facts: Facts | None = None) -> FileRows:
    """The rows of a canonical Parquet file that was written to the spool."""
    file = parquet_file(spool)
    return FileRows(spool, sha256, file.schema_arrow, file.metadata.num_rows, facts)


def parquet_file(spool: Spool, *, verified: bool = True) -> pq.ParquetFile:
    """The Parquet file in the spool, read a page of a column at a time; `verified` by the checksums of its pages."""
    import pyarrow.parquet as pq

    # A buffer per column is enough: a row group need not be in memory as a whole. Columns are read in turns: a large
    # buffer of the file would be filled anew for each turn.
    source = spool.reader(_TURN)
    return pq.ParquetFile(source, page_checksum_verification=verified, pre_buffer=False, buffer_size=_COPIED // 4)
