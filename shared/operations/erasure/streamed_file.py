"""A file of the lake that may hold rows of a person: on the local disk, block by block, however large it is."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO

from shared.core.blob import Blob
from shared.operations.erasure.delimited import Delimited
from shared.operations.erasure.subject import Subject, rows_of

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.datasets.spool import Spool
    from shared.operations.ports import OperationsPorts

_PACKINGS = {".gz": "gzip", ".zst": "zstd"}
_PIECE = 1 << 20
# Where files lie that others wrote.
_FOREIGN = ("quarantine/", "incoming/", "scoring/", "actuals/", "erased/")
# What a group of rows of a file that is written anew holds at most.
_GROUP_ROWS, _GROUP_BYTES = 1 << 17, 64 << 20


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A file as it is written anew, on the local disk."""

    spool: Spool
    sha256: str

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.spool.size

    def open(self) -> BinaryIO:
        """Its bytes."""
        return self.spool.reader()


@dataclass(frozen=True, slots=True)
class StreamedFile:
    """That version of the file. A damaged Parquet file is no table: it is left to whoever refused it."""

    blob: Blob
    spool: Spool
    is_table: bool

    @classmethod
    def of(cls, ports: OperationsPorts, blob: Blob) -> StreamedFile:
        """The file, copied from the lake."""
        with ports.core.lake.open(blob.path, etag=blob.etag) as source:
            spool = _copied(source)
        return cls(blob, spool, blob.path.endswith(".parquet") and _is_whole(spool, blob))

    def blocks(self) -> Iterator[pa.Table]:
        """The rows of a table, block by block; at least one."""
        import pyarrow as pa

        from shared.datasets.stored_rows import parquet_file

        file = parquet_file(self.spool, verified=False)
        if not file.metadata.num_rows:
            yield file.schema_arrow.empty_table()
        for batch in file.iter_batches():
            yield pa.Table.from_batches([batch])

    def rows(self, subject: Subject) -> Iterator[Mapping[str, Any]]:
        """The rows of the person."""
        if not self.is_table:
            yield from (row for _, row in self._text().records() if row is not None and subject.is_named_by(row))
            return
        for block in self.blocks():
            mask = rows_of(block, subject)
            yield from block.filter(mask).to_pylist() if mask.any() else ()

    def other_values(self, subject: Subject) -> Iterator[Any]:
        """The values of all other rows, each at least once."""
        if not self.is_table:
            for _, row in self._text().records():
                if row is not None and not subject.is_named_by(row):
                    yield from row.values()
            return
        for block in self.blocks():
            kept = block.filter(~rows_of(block, subject))
            for name in kept.column_names:
                yield from kept[name].unique().to_pylist()

    def without(self, subject: Subject) -> Rewritten:
        """The file without the rows of the person; entity keys have no statistics in it."""
        if self.is_table:
            return written_anew(lambda sink: self._write_table(subject, sink))
        return written_anew(lambda sink: self._write_text(subject, sink))

    def _write_table(self, subject: Subject, sink: BinaryIO) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        from shared.datasets.row_groups import row_groups
        from shared.datasets.stored_rows import parquet_file

        schema = parquet_file(self.spool, verified=False).schema_arrow
        kept = (block.filter(~rows_of(block, subject)) for block in self.blocks())
        with pq.ParquetWriter(sink, schema, write_page_checksum=True, write_statistics=False) as out:
            for group in row_groups(kept, _GROUP_ROWS, _GROUP_BYTES):
                out.write_table(pa.concat_tables(group).cast(schema))

    def _write_text(self, subject: Subject, sink: BinaryIO) -> None:
        import pyarrow as pa

        inside = _unpacked(self.spool, self.blob)
        if inside is self.spool:
            self._text().write_without(subject.is_named_by, sink)
            return
        with pa.CompressedOutputStream(pa.PythonFile(sink, "w"), _packing(self.blob)) as out:
            Delimited.of(inside.reader).write_without(subject.is_named_by, out)

    def _text(self) -> Delimited:
        return Delimited.of(_unpacked(self.spool, self.blob).reader)


def written_anew(write: Callable[[BinaryIO], None]) -> Rewritten:
    """What is written to a file of the local disk."""
    from shared.datasets.spool import Spool, sha256_of

    spool = Spool()
    with io.BufferedWriter(spool.writer(), _PIECE) as sink:
        write(sink)
    return Rewritten(spool, sha256_of(spool))


def canonical(ports: OperationsPorts, blob: Blob, subject: Subject) -> Rewritten:
    """The Parquet file without the rows of the person, in the bytes that its rows have in every file."""

    def write(sink: BinaryIO) -> None:
        kept = (block.filter(~rows_of(block, subject)) for block in StreamedFile.of(ports, blob).blocks())
        ports.datasets.tables.write_blocks(kept, sink)

    return written_anew(write)


def put_new(ports: OperationsPorts, folder: str, new: Rewritten) -> Blob:
    """Put the Parquet file into that folder under its own digest; returns what lies there."""
    with new.open() as content:
        return ports.core.lake.put(f"{folder}{new.sha256}.parquet", content)[0]


def _copied(source: BinaryIO) -> Spool:
    from shared.datasets.spool import Spool

    spool = Spool()
    with spool.writer() as out:
        while piece := source.read(_PIECE):
            out.write(piece)
    return spool


def _is_whole(spool: Spool, blob: Blob) -> bool:
    """Whether every row can be read; what the system wrote itself is believed when it has an end."""
    import pyarrow as pa

    from shared.datasets.stored_rows import parquet_file

    try:
        file = parquet_file(spool, verified=False)
        if blob.path.startswith(_FOREIGN):
            for _ in file.iter_batches():
                pass
    except (pa.ArrowException, OSError):
        return False
    return True


def _packing(blob: Blob) -> str | None:
    return _PACKINGS.get(PurePosixPath(blob.path).suffix)


def _unpacked(spool: Spool, blob: Blob) -> Spool:
    """What is packed in the file; the file itself when it is none that is packed."""
    import pyarrow as pa

    kind = _packing(blob)
    if kind is None:
        return spool
    try:
        with pa.CompressedInputStream(pa.PythonFile(spool.reader(), "r"), kind) as inside:
            return _copied(inside)
    except (pa.ArrowException, OSError):
        return spool
