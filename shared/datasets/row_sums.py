"""Two sums over the fingerprints of rows: equal for the same rows in whatever order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.datasets.row_index import Array

_WORD = 1 << 64


@dataclass(slots=True)
class RowSums:
    """How many rows there are, and two sums over them; other rows have the same by chance once in 2^64 pairs."""

    rows: int = 0
    first: int = 0
    second: int = 0

    def add(self, fingerprints: Array) -> None:
        """The fingerprints of the rows that follow."""
        from shared.datasets.row_index import mixed

        once = mixed(fingerprints)
        self.rows += len(once)
        self.first = (self.first + int(once.sum())) % _WORD
        self.second = (self.second + int(mixed(once).sum())) % _WORD
