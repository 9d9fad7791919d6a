"""Profiles of tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shared.profiles.profile import Described, RowFacts

if TYPE_CHECKING:
    import pyarrow as pa


class ArrowProfiles:
    """The Profiles port on Arrow and numpy. Both are imported by the first table."""

    def describe(self, table: pa.Table, baseline: Mapping[str, Any] | None = None) -> Described:
        """The table's profile, and its rows counted in the cells of the baseline."""
        from shared.adapters.profiling.tables import describe

        return describe(table, baseline)

    def rows(self, table: pa.Table) -> RowFacts:
        """Repeats, rows that are there twice, and which rows they are."""
        from shared.adapters.profiling.order import row_facts

        return row_facts(table)
