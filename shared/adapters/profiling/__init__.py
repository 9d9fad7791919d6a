"""Profiles of tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.profiles.profile import Described, TableProfile
from shared.profiles.row_facts import RowFacts

if TYPE_CHECKING:
    import pyarrow as pa


class ArrowProfiles:
    """Port `Profiler` on Arrow and numpy. Both are imported by the first table."""

    def describe(self, table: pa.Table, baseline: TableProfile | None = None) -> Described:
        """The table's profile, and its rows counted in the bins of the baseline."""
        from shared.adapters.profiling.tables import describe

        return describe(table, baseline)

    def rows(self, table: pa.Table) -> RowFacts:
        """Repeats, rows that are there twice, and which rows they are."""
        from shared.adapters.profiling.order import row_facts

        return row_facts(table)
