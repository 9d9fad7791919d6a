"""What changes when parts of a table come or go: found among the rows that equal one of theirs.

Whether a row stands depends on the rows with its hash alone. All others stand as they did, and are only passed by.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from shared.datasets.row_index import ArrayIndex, spooled_index

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shared.datasets.row_index import Array, Index

_PER_ROW = 128
_LEAST_BITS, _MOST_BITS = 20, 25
# So many rows of one part are held in memory.
_IN_MEMORY = 1 << 13
NO_ROWS = ArrayIndex(np.empty((0, 1), np.uint64))


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
