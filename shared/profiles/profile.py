"""What a profile says: names of the parts that others judge and draw. The values are JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Described:
    """A table's own profile, and its rows counted in the cells of a baseline (per column; empty without one).

    The profile depends on the rows only: equal tables have equal profiles, whatever they are compared with.
    """

    profile: Mapping[str, Any]
    against: Mapping[str, Mapping[str, Any]]


def dataset_profile(
    tables: Mapping[str, Mapping[str, Any]],
    statistics: Mapping[str, float | None],
    words: Mapping[str, list[str]] | None = None,
) -> dict[str, Any]:
    """The content of profile.json: a profile per table, the scenario's own statistics by name, each label's words."""
    return {"schema": SCHEMA, "tables": dict(tables), "statistics": dict(statistics), "words": dict(words or {})}


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
