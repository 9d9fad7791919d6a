"""Profiles of tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from shared.profiles.profile import Described, TableProfile
from shared.profiles.row_facts import RowFacts, Run, TableFacts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import BinaryIO

    import pyarrow as pa

    from shared.adapters.profiling.part_file import StoredRows
    from shared.datasets.rows import Rows
    from shared.profiles.ports import KnownPart


class ArrowProfiles:
    """Port `Profiler` on Arrow and numpy. Both are imported by the first table."""

    def describe(self, table: Rows | pa.Table, baseline: TableProfile | None = None) -> Described:
        """The table's profile, and its rows counted in the bins of the baseline."""
        from shared.adapters.profiling.tables import describe

        return describe(table, baseline)

    def rows(self, table: Rows | pa.Table) -> RowFacts:
        """Repeats, rows that are there twice, and which rows they are."""
        from shared.adapters.profiling.order import row_facts

        return row_facts(table)

    def runs(self, table: Rows | pa.Table) -> Mapping[str, Run]:
        """The longest repeat of each column of numbers."""
        from shared.adapters.profiling.order import longest_runs

        return longest_runs(table)


class ArrowPartProfiles:
    """Port `PartProfiler` on the same; what is kept of a part is a Parquet file behind its digest."""

    def pack(self, rows: Rows, name: str) -> bytes:
        """What is known of these rows, and their name, as bytes to be kept."""
        from shared.adapters.profiling.part_file import pack
        from shared.adapters.profiling.part_tables import known_rows

        return pack(known_rows(rows), name)

    def unpack(self, source: BinaryIO, name: str) -> KnownPart | None:
        """Read `pack` back; None when the bytes are not what was written of that name, or of an earlier format."""
        from shared.adapters.profiling.part_file import unpack

        return unpack(source, name)

    def join(self, parts: Sequence[KnownPart]) -> TableFacts:
        """What is true of the rows of all parts, one after the other."""
        from shared.adapters.profiling.part_tables import joined

        return joined(cast("Sequence[StoredRows]", parts))
