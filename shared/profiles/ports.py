"""The ports of `profiles`: describing tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from shared.datasets.ports import DatasetsPorts

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.profiles.profile import Described, TableProfile
    from shared.profiles.row_facts import RowFacts


class Profiler(Protocol):
    """Statistics of tables."""

    def describe(self, table: pa.Table, baseline: TableProfile | None = None) -> Described:
        """The table's profile, and its rows counted in the bins of the baseline (a profile of the same table).

        The profile depends on the rows only, not on the baseline.
        """
        ...

    def rows(self, table: pa.Table) -> RowFacts:
        """What only the rows in their order show: repeats, rows that are there twice, and which rows they are."""
        ...


@dataclass(frozen=True, slots=True)
class ProfilesBundle:
    """The ports of profiles."""

    profiler: Profiler


class ProfilesPorts(DatasetsPorts, Protocol):
    """What a workflow of `profiles` takes: its own ports and those of the rooms below."""

    @property
    def profiles(self) -> ProfilesBundle:
        """The ports of profiles."""
        ...
