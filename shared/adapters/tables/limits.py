"""Limits of one file, which are checked before or while it is parsed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

_MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """`file_bytes` of a file that is read in blocks, `cells` (rows x columns), `decoded_bytes` that Parquet unfolds to.

    A file is read in blocks of so many bytes of CSV, or rows of Parquet, and written in groups of rows of so many plain
    bytes: another number of these makes other canonical bytes.
    """

    file_bytes: int = 512 * _MB
    header_bytes: int = _MB
    columns: int = 2_000
    cells: int = 250_000_000
    cell_bytes: int = _MB
    decoded_bytes: int = 2_048 * _MB
    block_bytes: int = 4 * _MB
    block_rows: int = 1 << 14
    group_bytes: int = 256 * _MB

    @classmethod
    def of(cls, megabytes: int) -> Self:
        """The limits for files of so many MB: a cell takes two bytes of CSV or more, Parquet decodes to a multiple."""
        size, least = megabytes * _MB, cls()
        cells, decoded = max(least.cells, size // 2), max(least.decoded_bytes, 4 * size)
        return cls(file_bytes=size, cells=cells, decoded_bytes=decoded)

    @property
    def in_memory(self) -> Self:
        """The limits of a file of which all rows are needed in memory at once."""
        least = type(self)()
        return replace(
            self,
            file_bytes=min(self.file_bytes, least.file_bytes),
            cells=min(self.cells, least.cells),
            decoded_bytes=min(self.decoded_bytes, least.decoded_bytes),
        )
