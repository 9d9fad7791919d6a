"""Reading a table strictly, and writing it canonically."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO, Protocol

from shared.domain.scenario import Table

if TYPE_CHECKING:
    import pyarrow as pa


class Tables(Protocol):
    """Nothing is guessed: every file is read under the table's declared contract."""

    def read(self, source: BinaryIO, name: str, table: Table) -> pa.Table:
        """The file as an Arrow table in the contract's column order; Quarantined when it breaks the contract.

        `name` is the file's name: its ending says csv or parquet, and it stands in the sentence.
        """
        ...

    def stream(self, source: BinaryIO, name: str, table: Table) -> Iterator[pa.RecordBatch]:
        """The file in blocks of bounded memory, strict like `read`; Quarantined at the block that breaks the contract.

        Rows in a refusal count over the whole file. `source` is seekable and stays open until the last block.
        """
        ...

    def header(self, source: BinaryIO, name: str) -> tuple[str, ...]:
        """The file's column names; empty when they cannot be read."""
        ...

    def check(self, parts: Sequence[pa.Table], table: Table) -> pa.Table:
        """Join the parts of one table and check what only the whole shows: rows, repeated keys, all-null columns."""
        ...

    def check_stream(self, parts: Iterable[Iterable[pa.RecordBatch]], table: Table) -> Iterator[pa.RecordBatch]:
        """The batches of all parts as they come, and at their end Quarantined like `check`; only keys are kept."""
        ...

    def write(self, table: pa.Table) -> bytes:
        """Canonical Parquet: equal tables give equal bytes; page checksums on."""
        ...
