"""Rows of a table in a Parquet file of this machine, written and read block by block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from shared.datasets.row_groups import row_groups
from shared.datasets.rows import BLOCK_ROWS, Rows

# What a group of rows holds at most; its writing takes a few times that.
_GROUP_ROWS, _GROUP_BYTES = 1 << 18, 64 << 20


@dataclass(frozen=True, slots=True)
class PathRows:
    """The rows of a Parquet file; page checksums are verified."""

    path: Path
    schema: pa.Schema
    num_rows: int

    @classmethod
    def of(cls, path: Path) -> PathRows:
        """The rows of that file, of which only the footer is read now."""
        with pq.ParquetFile(path) as file:
            return cls(path, file.schema_arrow, file.metadata.num_rows)

    def blocks(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """These columns of all rows in order."""
        names = list(self.schema.names if columns is None else columns)
        if not self.num_rows:
            yield pa.schema([self.schema.field(name) for name in names]).empty_table()
            return
        with pq.ParquetFile(self.path, page_checksum_verification=True, pre_buffer=False) as file:
            for batch in file.iter_batches(batch_size=BLOCK_ROWS, columns=names):
                yield pa.Table.from_batches([batch]).select(names)


def write_rows(rows: Rows, path: Path) -> None:
    """Write them with page checksums, a group of rows in memory."""
    with pq.ParquetWriter(path, rows.schema, write_page_checksum=True) as out:
        for group in row_groups(rows.blocks(), _GROUP_ROWS, _GROUP_BYTES):
            out.write_table(pa.concat_tables(group).cast(rows.schema))
