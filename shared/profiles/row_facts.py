"""Facts that only the order of rows shows: repeats of one value, and rows that are there twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shared.profiles.profile import TableProfile


@dataclass(frozen=True, slots=True)
class Run:
    """The longest stretch in which a column repeats one value: how many rows, from which row (from 1) on, which value.

    `distinct` is how many values the column has at all.
    """

    length: int
    row: int
    value: float
    distinct: int


@dataclass(frozen=True, slots=True)
class RowFacts:
    """What only rows in their order show: repeats per column of numbers, and which rows they are.

    `sketch` are the smallest row hashes, ascending; `repeated` rows are equal to an earlier one of the same table.
    """

    rows: int
    repeated: int
    runs: Mapping[str, Run]
    sketch: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> RowFacts:
        """Read `to_json` back."""
        runs = {name: Run(**run) for name, run in value["runs"].items()}
        return cls(value["rows"], value["repeated"], runs, tuple(value["sketch"]))


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What is true of all rows of a table: the profile, and the longest repeat of each column of numbers."""

    profile: TableProfile
    runs: Mapping[str, Run]
