"""The ports of `datasets`: reading and writing tables, and the versions that are registered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

from shared.core.ports import CorePorts

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.core.scenario import Table
    from shared.datasets.head import Head
    from shared.datasets.rejects import Rejects
    from shared.datasets.version import DatasetVersion


class Tables(Protocol):
    """Tables are read under their declared contract; nothing is guessed."""

    def read(self, source: BinaryIO, name: str, table: Table, rejects: Rejects | None = None) -> pa.Table:
        """The file as an Arrow table in the contract's column order; Quarantined when it breaks the contract.

        With `rejects` rows that break it are added there and left out, if their policy allows any.

        `name` is the file's name: its ending says csv or parquet, and it stands in the sentence.
        """
        ...

    def stream(
        self, source: BinaryIO, name: str, table: Table, rejects: Rejects | None = None
    ) -> Iterator[pa.RecordBatch]:
        """The file in blocks of bounded memory, strict like `read`; Quarantined at the block that breaks the contract.

        Rows in a refusal count over the whole file. `source` is seekable and stays open until the last block.
        """
        ...

    def header(self, source: BinaryIO, name: str) -> tuple[str, ...]:
        """The file's column names; empty when they cannot be read."""
        ...

    def check(self, parts: Sequence[pa.Table], table: Table) -> pa.Table:
        """Join the parts of one table and check the whole: its number of rows, repeated keys, all-null columns."""
        ...

    def check_stream(self, parts: Iterable[Iterable[pa.RecordBatch]], table: Table) -> Iterator[pa.RecordBatch]:
        """The batches of all parts as they come, and at their end Quarantined like `check`; keys lie on the disk."""
        ...

    def write(self, table: pa.Table) -> bytes:
        """Canonical Parquet: equal tables give equal bytes; page checksums on."""
        ...

    def write_blocks(self, blocks: Iterable[pa.RecordBatch | pa.Table], sink: BinaryIO) -> None:
        """The bytes of `write` for rows that come block by block (one at least), in bounded memory."""
        ...


class DatasetVersions(Protocol):
    """Dataset versions; one per (scenario, digest)."""

    def add(self, dataset: DatasetVersion) -> DatasetVersion:
        """Keep it; when the digest is known the existing version is returned."""
        ...

    def find(self, scenario: str, dataset_id: str) -> DatasetVersion | None:
        """The version, or None."""
        ...

    def by_digest(self, scenario: str, digest: str) -> DatasetVersion | None:
        """The version with that content, or None."""
        ...

    def list(self, scenario: str | None = None) -> Sequence[DatasetVersion]:
        """All versions, oldest first; of a scenario the version that its head was made into comes last."""
        ...

    def ids(self, scenario: str) -> Sequence[str]:
        """The ids of all versions of the scenario, in the order of `list`: what holds many drops is not looked at."""
        ...

    def newest(self, scenario: str) -> DatasetVersion | None:
        """The last version of `list`, or None."""
        ...

    def holding(self, scenario: str, drop: str) -> Sequence[DatasetVersion]:
        """The versions that hold a part of the drop, in the order of `list`."""
        ...

    def head(self, scenario: str) -> Head:
        """The parts that stand; where none were ever accepted, those of the newest version there is."""
        ...

    def move(self, head: Head, dataset: DatasetVersion | None) -> bool:
        """Compare-and-set by generation, together with the version made of the head; False when somebody was faster.

        A version whose digest is known is not kept twice.
        """
        ...


@dataclass(frozen=True, slots=True)
class DatasetsBundle:
    """The ports of dataset versions."""

    versions: DatasetVersions
    tables: Tables


class DatasetsPorts(CorePorts, Protocol):
    """What a workflow of `datasets` takes: its own ports and those of the rooms below."""

    @property
    def datasets(self) -> DatasetsBundle:
        """The ports of dataset versions."""
        ...
