"""A dataset version and the files of its tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TableFile:
    """A validated table as it lies in the lake: canonical Parquet, immutable, addressed by its sha256."""

    name: str
    path: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class DatasetVersion:
    """A checked dataset: id = UTC time + short digest over its tables. `sources` are "path@etag"."""

    scenario: str
    id: str
    digest: str
    tables: tuple[TableFile, ...]
    sources: tuple[str, ...]
    created_at: datetime

    @property
    def rows(self) -> int:
        """Rows of the largest table."""
        return max((table.rows for table in self.tables), default=0)
