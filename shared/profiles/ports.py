"""The ports of `profiles`: describing tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from shared.datasets.ports import DatasetsPorts

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.core.scenario import Scenario
    from shared.datasets.rows import Rows
    from shared.profiles.historic_values import HistoricDataset
    from shared.profiles.profile import Described, TableProfile
    from shared.profiles.row_facts import RowFacts, Run


class Profiler(Protocol):
    """Statistics of tables."""

    def describe(self, table: Rows | pa.Table, baseline: TableProfile | None = None) -> Described:
        """The table's profile, and its rows counted in the bins of the baseline (a profile of the same table).

        The profile depends on the rows only, not on the baseline.
        """
        ...

    def rows(self, table: Rows | pa.Table) -> RowFacts:
        """What only the rows in their order show: repeats, rows that are there twice, and which rows they are."""
        ...

    def runs(self, table: Rows | pa.Table) -> Mapping[str, Run]:
        """The longest repeat of each column of numbers."""
        ...


class ProfileHistory(Protocol):
    """The historic profile where reports read it; the lake's records are the truth."""

    def put(self, scenario: Scenario, dataset: HistoricDataset) -> None:
        """Keep the values of the dataset version in place of those that were kept of it before."""
        ...

    def list(self, scenario: str) -> Sequence[HistoricDataset]:
        """What is kept of each dataset version, by the time it was made."""
        ...


@dataclass(frozen=True, slots=True)
class ProfilesBundle:
    """The ports of profiles."""

    profiler: Profiler
    history: ProfileHistory


class ProfilesPorts(DatasetsPorts, Protocol):
    """What a workflow of `profiles` takes: its own ports and those of the rooms below."""

    @property
    def profiles(self) -> ProfilesBundle:
        """The ports of profiles."""
        ...
