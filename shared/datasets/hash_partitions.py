"""64-bit hashes of rows, apart by their leading bits: equal ones lie together in a piece that memory holds.

Beyond a few rows they lie on the local disk. Nothing is estimated: which rows have equal hashes is exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from shared.datasets.spool import Spool

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]

COUNT = 64
_SHIFT = np.uint64(58)
_BUFFERED = 1 << 20
_WIDTH = 2
_BYTES = 8 * _WIDTH


class HashPartitions:
    """Hashes with the numbers of their rows, added block by block in the order of the rows."""

    def __init__(self, buffered: int = _BUFFERED) -> None:
        self._buffered = buffered
        self._waiting: list[Hashes] = []
        self._count = 0
        self._rows = 0
        self._spool: Spool | None = None
        self._runs: list[tuple[int, NDArray[np.int64]]] = []

    def add(self, hashes: Hashes) -> None:
        """The hashes of the rows that follow."""
        if not len(hashes):
            return
        rows = np.arange(self._rows, self._rows + len(hashes), dtype=np.uint64)
        self._waiting.append(np.column_stack([hashes, rows]))
        self._rows += len(hashes)
        self._count += len(hashes)
        if self._count > self._buffered:
            self._spill()

    def __iter__(self) -> Iterator[tuple[Hashes, Hashes]]:
        """Yield hashes and row numbers, piece by piece: equal hashes are in one piece, rows ascend in it."""
        if self._spool is None:
            yield from self._pieces([np.concatenate(self._waiting)] if self._waiting else [])
            return
        self._spill()
        with self._spool.reader() as source:
            for partition in range(COUNT):
                yield from self._pieces([self._read(source, run, partition) for run in self._runs])

    @staticmethod
    def _pieces(found: Sequence[Hashes]) -> Iterator[tuple[Hashes, Hashes]]:
        if found and sum(map(len, found)):
            pairs = np.concatenate(found)
            yield pairs[:, 0], pairs[:, 1]

    def _spill(self) -> None:
        """Write what waits as one run: partition after partition, rows in order."""
        if not self._waiting:
            return
        self._spool = self._spool or Spool()
        pairs = np.concatenate(self._waiting)
        places = (pairs[:, 0] >> _SHIFT).astype(np.uint8)
        begin = self._spool.size
        ordered = pairs[np.argsort(places, kind="stable")]
        with self._spool.writer() as out:
            out.write(memoryview(ordered).cast("B"))
        ends = np.cumsum(np.bincount(places, minlength=COUNT))
        self._runs.append((begin, ends))
        self._waiting, self._count = [], 0

    @staticmethod
    def _read(source: object, run: tuple[int, NDArray[np.int64]], partition: int) -> Hashes:
        begin, ends = run
        first = int(ends[partition - 1]) if partition else 0
        source.seek(begin + first * _BYTES)  # type: ignore[attr-defined]
        data = source.read((int(ends[partition]) - first) * _BYTES)  # type: ignore[attr-defined]
        return np.frombuffer(data, np.uint64).reshape(-1, _WIDTH)


def repeated_rows(partitions: HashPartitions, *, by: int, most: int = 1024) -> Hashes:
    """(groups, 2): the first and the second row of each hash that several rows have, in the order of column `by`.

    At most so many groups: those that come first.
    """
    found = np.empty((0, _WIDTH), np.uint64)
    for hashes, rows in partitions:
        every = np.concatenate([found, _pairs(hashes, rows)])
        found = every[np.argsort(every[:, by], kind="stable")[:most]]
    return found


def _pairs(hashes: Hashes, rows: Hashes) -> Hashes:
    order = np.argsort(hashes, kind="stable")
    ordered = hashes[order]
    same = np.flatnonzero(ordered[1:] == ordered[:-1])
    firsts = same[(same == 0) | (ordered[same] != ordered[same - 1])]
    return np.column_stack([rows[order[firsts]], rows[order[firsts + 1]]])
