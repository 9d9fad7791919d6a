"""Fingerprints of rows: by them rows of several drops are told apart or found again without reading the drops.

A part's index holds 8 bytes a row, 16 where the table has a key: a hash of the key, and one of the whole row. Equal
values give equal hashes in any file; a missing cell counts like an absent column.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shared.core.scenario import Table

    Index = NDArray[np.uint64]

_HASH_BYTES, _CHECK_BYTES = 8, 32
_STEP, _FIRST, _SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def index_of(rows: pa.Table, table: Table) -> Index:
    """(rows, 2) of key and row where the table has a key, else (rows, 1); in the order of the rows."""
    whole = _hashed(rows, rows.column_names)
    columns = [_hashed(rows, table.key), whole] if table.key else [whole]
    return np.column_stack(columns)


def pack(index: Index) -> bytes:
    """The index as bytes, with a checksum before them."""
    content = index.astype("<u8").tobytes()
    return hashlib.sha256(content).digest() + content


def unpack(data: bytes, rows: int) -> Index | None:
    """The index of so many rows; None when the bytes are not what was written."""
    check, content = data[:_CHECK_BYTES], data[_CHECK_BYTES:]
    if hashlib.sha256(content).digest() != check or (rows and len(content) % (rows * _HASH_BYTES)):
        return None
    wide = len(content) // (rows * _HASH_BYTES) if rows else 1
    return np.frombuffer(content, "<u8").astype(np.uint64).reshape(rows, wide)


def kept_rows(indexes: Sequence[Index], *, keyed: bool, merged: bool = True) -> list[NDArray[np.bool_]]:
    """Which rows of each part stand; parts in order of position.

    Of rows with one key the last part's stands. Without a key a row stands as often as the part that holds it most
    often; with `merged` false every row stands.
    """
    if len(indexes) < 2 or not merged:  # noqa: PLR2004 - one part repeats no other
        return [np.ones(len(index), dtype=bool) for index in indexes]
    ends = np.cumsum([len(index) for index in indexes])
    kept = _last_of_each(indexes) if keyed else _first_of_each(indexes)
    return np.split(kept, ends[:-1])


def standing(indexes: Sequence[Index], kept: Sequence[NDArray[np.bool_]]) -> Index:
    """The fingerprints of the rows that stand, sorted: equal for versions with equal rows."""
    rows = [index[mask, -1] for index, mask in zip(indexes, kept, strict=True)]
    return np.sort(np.concatenate(rows)) if rows else np.empty(0, np.uint64)


def held(index: Index, current: Index) -> int:
    """How many of the current rows (their fingerprints, sorted) the part holds, each as often as both do."""
    values, counts = np.unique(current, return_counts=True)
    own, own_counts = np.unique(index[:, -1], return_counts=True)
    _, at, own_at = np.intersect1d(values, own, assume_unique=True, return_indices=True)
    return int(np.minimum(counts[at], own_counts[own_at]).sum())


def repeats(index: Index) -> int:
    """How many rows repeat an earlier one of the same part."""
    return len(index) - len(np.unique(index[:, -1]))


def _last_of_each(indexes: Sequence[Index]) -> NDArray[np.bool_]:
    keys = np.concatenate([index[:, 0] for index in indexes])
    kept = np.zeros(len(keys), dtype=bool)
    _, last = np.unique(keys[::-1], return_index=True)
    kept[len(keys) - 1 - last] = True
    return kept


def _first_of_each(indexes: Sequence[Index]) -> NDArray[np.bool_]:
    """The n-th equal row of a part stands for the n-th of every part: the first of them is kept."""
    numbered = np.concatenate([_mixed(index[:, 0] + _times_before(index[:, 0]) * _STEP) for index in indexes])
    kept = np.zeros(len(numbered), dtype=bool)
    _, first = np.unique(numbered, return_index=True)
    kept[first] = True
    return kept


def _times_before(values: Index) -> Index:
    """For each row, how many equal ones the part has before it."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.r_[True, ordered[1:] != ordered[:-1]] if len(values) else np.empty(0, bool)
    begins = np.flatnonzero(starts)
    numbers = np.arange(len(values)) - np.repeat(begins, np.diff(np.r_[begins, len(values)]))
    counted = np.empty(len(values), np.uint64)
    counted[order] = numbers.astype(np.uint64)
    return counted


def _hashed(rows: pa.Table, names: Sequence[str]) -> Index:
    total = np.zeros(rows.num_rows, np.uint64)
    for name in names:
        total += _mixed(_values(rows[name]) ^ _salt(name)) * _valid(rows[name])
    return _mixed(total)


def _valid(column: pa.ChunkedArray) -> Index:
    valid: Index = pc.is_valid(column).to_numpy().astype(np.uint64)
    return valid


def _values(column: pa.ChunkedArray) -> Index:
    """64 bits for each cell; those of missing cells mean nothing."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_string(column.type):
        return _texts(column)
    if pa.types.is_floating(column.type):
        # Adding zero makes one of the two zeros.
        bits: Index = (pc.fill_null(column, 0.0).to_numpy().astype(np.float64) + 0.0).view(np.uint64)
        return bits
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us")).cast(pa.int64())
    whole: Index = pc.fill_null(column.cast(pa.int64()), 0).to_numpy().astype(np.int64).view(np.uint64)
    return whole


def _texts(column: pa.ChunkedArray) -> Index:
    coded = pc.fill_null(column, "").combine_chunks().dictionary_encode()
    coded = coded.chunk(0) if isinstance(coded, pa.ChunkedArray) else coded
    hashes = [hashlib.blake2b(text.encode(), digest_size=_HASH_BYTES).digest() for text in coded.dictionary.to_pylist()]
    values = np.frombuffer(b"".join(hashes), "<u8").astype(np.uint64)
    return values[coded.indices.to_numpy()] if len(values) else np.empty(0, np.uint64)


def _salt(name: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=_HASH_BYTES).digest(), "little"))


def _mixed(values: Index) -> Index:
    """Steele et al., "Fast splittable pseudorandom number generators" (2014): the finaliser of SplitMix64."""
    mixed = values + _STEP
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    return mixed ^ (mixed >> np.uint64(31))
