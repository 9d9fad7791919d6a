"""Fingerprints of rows: by them rows of several drops are told apart or found again without reading the drops.

A part's index holds 8 bytes a row, 16 where the table has a key: a hash of the key, and one of the whole row. Equal
values give equal hashes in any file; a missing cell counts like an absent column.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shared.core.errors import Corrupt
from shared.datasets.spool import Spool

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shared.core.scenario import Table

    Array = NDArray[np.uint64]

_HASH_BYTES, _CHECK_BYTES = 8, 32
_BLOCK = 1 << 18
_STEP, _FIRST, _SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


class Index(Protocol):
    """The fingerprints of the rows of a part."""

    @property
    def rows(self) -> int:
        """How many rows there are."""
        ...

    def blocks(self) -> Iterator[Array]:
        """Yield (rows, 2) of key and row, or (rows, 1) of the row, in the order of the rows."""
        ...


@dataclass(frozen=True, slots=True)
class ArrayIndex:
    """An index in memory."""

    array: Array

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.array)

    def blocks(self) -> Iterator[Array]:
        """Yield all of it."""
        yield self.array


@dataclass(frozen=True, slots=True)
class StoredIndex:
    """An index on the local disk: a checksum and the fingerprints."""

    spool: Spool
    rows: int
    width: int

    def blocks(self) -> Iterator[Array]:
        """Yield it as it is read."""
        with self.spool.reader() as source:
            source.seek(_CHECK_BYTES)
            while data := source.read(_BLOCK * _HASH_BYTES * self.width):
                yield np.frombuffer(data, "<u8").astype(np.uint64, copy=False).reshape(-1, self.width)

    def open(self) -> BinaryIO:
        """Its bytes as they are kept."""
        return self.spool.reader()


class IndexWriter:
    """Makes the index of rows that come block by block."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._spool, self._digest = Spool(), hashlib.sha256()
        self._out, self._rows = self._spool.writer(), 0
        self._out.write(bytes(_CHECK_BYTES))

    def add(self, block: pa.Table) -> Array:
        """The fingerprints of the rows that follow."""
        index = index_of(block, self._table)
        content = index.astype("<u8", copy=False).tobytes()
        self._digest.update(content)
        self._out.write(content)
        self._rows += len(index)
        return index

    def done(self) -> StoredIndex:
        """The index of all rows."""
        self._out.close()
        self._spool.overwrite(self._digest.digest())
        return StoredIndex(self._spool, self._rows, _width(self._table))


def index_of(rows: pa.Table, table: Table) -> Array:
    """(rows, 2) of key and row where the table has a key, else (rows, 1); in the order of the rows."""
    whole = _hashed(rows, rows.column_names)
    columns = [hash_of(rows, table.key), whole] if table.key else [whole]
    return np.column_stack(columns)


def _width(table: Table) -> int:
    return 2 if table.key else 1


def unpack(source: BinaryIO, rows: int) -> StoredIndex | None:
    """The index of so many rows; None when the bytes are not what was written."""
    spool, digest = Spool(), hashlib.sha256()
    check = source.read(_CHECK_BYTES)
    with spool.writer() as out:
        out.write(check)
        while piece := source.read(_BLOCK * _HASH_BYTES):
            digest.update(piece)
            out.write(piece)
    size = spool.size - len(check)
    if digest.digest() != check or (rows and (size == 0 or size % (rows * _HASH_BYTES))):
        return None
    return StoredIndex(spool, rows, size // (rows * _HASH_BYTES) if rows else 1)


def checked_blocks(source: BinaryIO, rows: int, table: Table) -> Iterator[Array]:
    """The fingerprints of so many rows as they are read; Corrupt, at their end too, when they are not what was written.

    Nothing is kept: who wants them again reads them again.
    """
    check, digest, left = source.read(_CHECK_BYTES), hashlib.sha256(), rows * _HASH_BYTES * _width(table)
    while left > 0 and (piece := source.read(min(left, _BLOCK * _HASH_BYTES * _width(table)))):
        digest.update(piece)
        left -= len(piece)
        if len(piece) % (_HASH_BYTES * _width(table)):
            break
        yield np.frombuffer(piece, "<u8").astype(np.uint64, copy=False).reshape(-1, _width(table))
    if left or source.read(1) or digest.digest() != check:
        raise Corrupt("An index of rows is not what was written.")


def spooled_index(blocks: Iterable[Array]) -> StoredIndex:
    """Fingerprints, at least a block of them, on the local disk."""
    spool, rows, width = Spool(), 0, 1
    with spool.writer() as out:
        out.write(bytes(_CHECK_BYTES))
        for block in blocks:
            out.write(block.astype("<u8", copy=False).tobytes())
            rows, width = rows + len(block), block.shape[1]
    return StoredIndex(spool, rows, width)


def hash_of(rows: pa.Table, names: Sequence[str]) -> Array:
    """A hash of these cells of each row; equal cells have equal hashes."""
    return _hashed(rows, names)


def _hashed(rows: pa.Table, names: Sequence[str]) -> Array:
    total = np.zeros(rows.num_rows, np.uint64)
    for name in names:
        total += mixed(_values(rows[name]) ^ _salt(name)) * _valid(rows[name])
    return mixed(total)


def _valid(column: pa.ChunkedArray) -> Array:
    valid: Array = pc.is_valid(column).to_numpy().astype(np.uint64)
    return valid


def _values(column: pa.ChunkedArray) -> Array:
    """64 bits for each cell; those of missing cells mean nothing."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_string(column.type):
        return _texts(column)
    if pa.types.is_floating(column.type):
        # Adding zero makes one of the two zeros.
        bits: Array = (pc.fill_null(column, 0.0).to_numpy().astype(np.float64) + 0.0).view(np.uint64)
        return bits
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us")).cast(pa.int64())
    whole: Array = pc.fill_null(column.cast(pa.int64()), 0).to_numpy().astype(np.int64).view(np.uint64)
    return whole


def _texts(column: pa.ChunkedArray) -> Array:
    coded = pc.fill_null(column, "").combine_chunks().dictionary_encode()
    coded = coded.chunk(0) if isinstance(coded, pa.ChunkedArray) else coded
    hashes = [hashlib.blake2b(text.encode(), digest_size=_HASH_BYTES).digest() for text in coded.dictionary.to_pylist()]
    values = np.frombuffer(b"".join(hashes), "<u8").astype(np.uint64)
    return values[coded.indices.to_numpy()] if len(values) else np.empty(0, np.uint64)


def _salt(name: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=_HASH_BYTES).digest(), "little"))


def mixed(values: Array) -> Array:
    """Steele et al., "Fast splittable pseudorandom number generators" (2014): the finaliser of SplitMix64."""
    found = values + _STEP
    found = (found ^ (found >> np.uint64(30))) * _FIRST
    found = (found ^ (found >> np.uint64(27))) * _SECOND
    return found ^ (found >> np.uint64(31))
