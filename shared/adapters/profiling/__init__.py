"""Profiles of tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.profiles.profile import Described, TableProfile
from shared.profiles.row_facts import RowFacts, Run

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from shared.datasets.rows import Rows


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
