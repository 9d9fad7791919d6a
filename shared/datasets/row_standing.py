"""Which rows of several parts stand, and what that makes of a drop: by the indexes of the parts alone.

Whether a row stands depends on the rows with its hash alone: where parts come or go, all others are only passed by.
Of an index of any size a block is in memory, and a byte a row that says whether it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched, chain
from typing import TYPE_CHECKING

import numpy as np

from shared.datasets.hash_partitions import HashPartitions
from shared.datasets.row_index import ArrayIndex, mixed, spooled_index

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shared.datasets.row_index import Array, Index

    Masks = Sequence[NDArray[np.bool_]]


# So many blocks are summed at once: a part may have left few rows.
_SUMMED = 8
_PER_ROW = 128
_LEAST_BITS, _MOST_BITS = 20, 25
# So many rows of one narrowed part are held in memory.
_IN_MEMORY = 1 << 13
NO_ROWS = ArrayIndex(np.empty((0, 1), np.uint64))
_WORD = 1 << 64


@dataclass(slots=True)
class RowSums:
    """How many rows there are, and two sums over them; other rows have the same by chance once in 2^64 pairs."""

    rows: int = 0
    first: int = 0
    second: int = 0

    def add(self, fingerprints: Array) -> None:
        """The fingerprints of the rows that follow."""
        once = mixed(fingerprints)
        self.rows += len(once)
        self.first = (self.first + int(once.sum())) % _WORD
        self.second = (self.second + int(mixed(once).sum())) % _WORD


def kept_rows(indexes: Sequence[Index], *, keyed: bool, merged: bool = True) -> list[NDArray[np.bool_]]:
    """Which rows of each part stand; parts in order of position.

    Of rows with one key the last part's stands. Without a key a row stands as often as the part that holds it most
    often; with `merged` false every row stands.
    """
    kept = np.ones(sum(index.rows for index in indexes), dtype=bool)
    ends = np.cumsum([index.rows for index in indexes], dtype=np.int64)
    if len(indexes) > 1 and merged:
        for hashes, rows in _partitions(indexes):
            order = np.argsort(hashes, kind="stable")
            gone = _before_the_last(hashes[order]) if keyed else _not_the_first(hashes[order], rows[order], ends)
            kept[rows[order[gone]].astype(np.int64)] = False
    return np.split(kept, ends[:-1]) if indexes else []


def standing(indexes: Sequence[Index], kept: Masks) -> RowSums:
    """The sums over the rows that stand: equal for versions with equal rows."""
    sums = RowSums()
    for some in batched(_standing_blocks(indexes, kept), _SUMMED, strict=False):
        sums.add(np.concatenate(some))
    return sums


def held(index: Index, others: Sequence[Index], kept: Masks) -> int:
    """How many of the others' rows that stand the part holds, each as often as both do."""
    partitions, found = HashPartitions(), 0
    for block in index.blocks():
        partitions.add(block[:, -1])
    for rows in _standing_blocks(others, kept):
        partitions.add(rows)
    for hashes, rows in partitions:
        mine = rows < index.rows
        values, counts = np.unique(hashes[~mine], return_counts=True)
        own, own_counts = np.unique(hashes[mine], return_counts=True)
        _, at, own_at = np.intersect1d(values, own, assume_unique=True, return_indices=True)
        found += int(np.minimum(counts[at], own_counts[own_at]).sum())
    return found


def repeats(index: Index) -> int:
    """How many rows repeat an earlier one of the same part."""
    partitions = HashPartitions()
    for block in index.blocks():
        partitions.add(block[:, -1])
    return sum(len(hashes) - len(np.unique(hashes)) for hashes, _ in partitions)


def first_rows(blocks: Iterable[Array], rows: int) -> NDArray[np.bool_]:
    """Which of so many rows repeat no earlier one, by their fingerprints."""
    partitions, first = HashPartitions(), np.ones(rows, dtype=bool)
    for block in blocks:
        partitions.add(block)
    for hashes, places in partitions:
        order = np.argsort(hashes, kind="stable")
        repeats = order[1:][hashes[order[1:]] == hashes[order[:-1]]]
        first[places[repeats].astype(np.int64)] = False
    return first


def _standing_blocks(indexes: Sequence[Index], kept: Masks) -> Iterator[Array]:
    for index, mask in zip(indexes, kept, strict=True):
        at = 0
        for block in index.blocks():
            if len(block):
                yield block[mask[at : at + len(block)], -1]
            at += len(block)


def _partitions(indexes: Sequence[Index]) -> HashPartitions:
    """All rows by their key, or by all of their cells."""
    partitions = HashPartitions()
    for index in indexes:
        for block in index.blocks():
            partitions.add(block[:, 0])
    return partitions


def _before_the_last(hashes: Array) -> NDArray[np.bool_]:
    """Of ascending hashes those that another equal one follows."""
    follows: NDArray[np.bool_] = np.r_[hashes[1:] == hashes[:-1], False]
    return follows


def _not_the_first(hashes: Array, rows: Array, ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """The n-th equal row of a part stands for the n-th of every part: the places of all but the first of them."""
    parts = np.searchsorted(ends, rows.astype(np.int64), side="right")
    starts = np.r_[True, (hashes[1:] != hashes[:-1]) | (parts[1:] != parts[:-1])]
    begins = np.flatnonzero(starts)
    numbers = np.arange(len(hashes)) - np.repeat(begins, np.diff(np.r_[begins, len(hashes)]))
    order = np.lexsort((rows, numbers, hashes))
    same = (hashes[order][1:] == hashes[order][:-1]) & (numbers[order][1:] == numbers[order][:-1])
    places: NDArray[np.int64] = order[1:][same]
    return places


class HashFilter:
    """Hashes by their leading bits: it passes every hash that was added, and of a hundred others about one."""

    def __init__(self, rows: int) -> None:
        bits = min(max(_LEAST_BITS, (rows * _PER_ROW).bit_length()), _MOST_BITS)
        self._shift = np.uint64(64 - bits)
        self._there = np.zeros(1 << bits, dtype=bool)

    def add(self, hashes: Array) -> None:
        """These hashes pass from now on."""
        self._there[self._places(hashes)] = True

    def passes(self, hashes: Array) -> NDArray[np.bool_]:
        """Whether each of the hashes may have been added (rows,)."""
        found: NDArray[np.bool_] = self._there.take(self._places(hashes))
        return found

    def _places(self, hashes: Array) -> NDArray[np.int64]:
        return (hashes >> self._shift).view(np.int64)


def filter_of(indexes: Sequence[Index]) -> HashFilter:
    """What passes the rows of these parts, and every row that has the hash of one of them."""
    found = HashFilter(sum(index.rows for index in indexes))
    for index in indexes:
        for block in index.blocks():
            found.add(block[:, 0])
    return found


def narrowed(blocks: Iterable[Array], passing: HashFilter) -> Index:
    """The rows that pass, in their order; many of them lie on the local disk."""
    chosen = (block[passing.passes(block[:, 0])] for block in blocks)
    kept: list[Array] = []
    rows = 0
    for block in chosen:
        kept.append(block)
        rows += len(block)
        if rows > _IN_MEMORY:
            return spooled_index(chain(kept, chosen))
    return ArrayIndex(np.concatenate(kept)) if kept else NO_ROWS
