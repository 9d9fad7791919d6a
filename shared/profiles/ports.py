"""The ports of `profiles`: describing tables, as a whole or part by part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

from shared.datasets.ports import DatasetsPorts

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.core.scenario import Scenario
    from shared.datasets.rows import Rows
    from shared.profiles.historic_values import HistoricDataset
    from shared.profiles.profile import Described, TableProfile
    from shared.profiles.row_facts import RowFacts, Run, TableFacts


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


class KnownPart(Protocol):
    """What is known of the rows of one part of a table; only the port that made it looks into it."""

    @property
    def rows(self) -> int:
        """How many rows there are."""
        ...


class PartProfiler(Protocol):
    """What is known of the parts of a table, each by itself: no part is read again because another one came."""

    def pack(self, rows: Rows, name: str) -> bytes:
        """What is known of these rows, and their name, as bytes to be kept."""
        ...

    def unpack(self, source: BinaryIO, name: str) -> KnownPart | None:
        """Read `pack` back; None when the bytes are not what was written of that name, or of an earlier format."""
        ...

    def join(self, parts: Sequence[KnownPart]) -> TableFacts:
        """What is true of the rows of all parts, one after the other.

        Counts, quantiles and repeats are those of all rows at once, unless a profile states an error; moments may
        differ in their last digits.
        """
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
    parts: PartProfiler
    history: ProfileHistory


class ProfilesPorts(DatasetsPorts, Protocol):
    """What a workflow of `profiles` takes: its own ports and those of the rooms below."""

    @property
    def profiles(self) -> ProfilesBundle:
        """The ports of profiles."""
        ...
