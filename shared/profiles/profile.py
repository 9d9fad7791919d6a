"""The records of profiles: a column, a table, a dataset version, and the accepted baseline.

Each record reads and writes the JSON that lies in the lake: `from_json` reads `to_json` back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

SCHEMA = 1
_HEAD = ("kind", "count", "nulls", "distinct")
_NUMBER = ("min", "max", "mean", "std", "kurtosis", "quantiles")
_TEXT = ("mean_length", "mean_length_error", "average_word_length", "average_word_length_error")
_TIME = ("first", "last")


@dataclass(frozen=True, slots=True)
class Bins:
    """A histogram. Numbers: bin i counts edges[i-1] < x <= edges[i]. Texts: one bin a value. The last bin has the rest.

    `exact`: every distinct number is an edge.
    """

    counts: tuple[int, ...]
    edges: tuple[float, ...] = ()
    values: tuple[str, ...] = ()
    exact: bool = False

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        if self.edges:
            return {"edges": list(self.edges), "counts": list(self.counts), "exact": self.exact}
        return {"values": list(self.values), "counts": list(self.counts)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Bins:
        """Read `to_json` back."""
        edges, values = tuple(value.get("edges", ())), tuple(value.get("values", ()))
        return cls(tuple(value["counts"]), edges, values, bool(value.get("exact")))


@dataclass(frozen=True, slots=True)
class BinCounts:
    """The rows of a column counted in a baseline's bins; of texts also the most frequent values that it lacks."""

    counts: tuple[int, ...]
    new: tuple[tuple[str, int], ...] | None = None

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        new = {} if self.new is None else {"new": [list(pair) for pair in self.new]}
        return {"counts": list(self.counts), **new}


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """The statistics of a column; `count` + `nulls` are its rows. What does not apply to its kind is left at default.

    Moments are those of the population; `quantiles` are keyed by percent. Ranks may be off by `rank_error` rows, and
    counts of texts may miss `count_error` rows.
    """

    kind: Literal["float", "int", "text", "time"]
    count: int
    nulls: int
    distinct: int
    min: float | None = None
    max: float | None = None
    mean: float | None = None
    std: float | None = None
    kurtosis: float | None = None
    quantiles: Mapping[str, float] = field(default_factory=dict)
    rank_error: int = 0
    mean_length: float | None = None
    mean_length_error: float | None = None
    average_word_length: float | None = None
    average_word_length_error: float | None = None
    top: tuple[tuple[str, int], ...] = ()
    count_error: int = 0
    first: str = ""
    last: str = ""
    histogram: Bins | None = None

    @property
    def rows(self) -> int:
        """All rows, those without a value included."""
        return self.count + self.nulls

    @property
    def null_share(self) -> float:
        """The share of rows without a value; 0 without rows."""
        return self.nulls / self.rows if self.rows else 0.0

    def to_json(self) -> dict[str, Any]:
        """JSON values: what applies to the kind; without values the counts alone."""
        if not self.count:
            return self._fields(_HEAD)
        if self.kind == "time":
            return self._fields((*_HEAD, *_TIME))
        errors = {name: rows for name in ("rank_error", "count_error") if (rows := getattr(self, name))}
        bins = {} if self.histogram is None else {"histogram": self.histogram.to_json()}
        if self.kind == "text":
            return {**self._fields((*_HEAD, *_TEXT)), "top": [list(pair) for pair in self.top], **errors, **bins}
        return {**self._fields((*_HEAD, *_NUMBER)), **errors, **bins}

    def _fields(self, names: tuple[str, ...]) -> dict[str, Any]:
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ColumnProfile:
        """Read `to_json` back."""
        plain = {name: value[name] for name in (*_HEAD, *_NUMBER, *_TEXT, *_TIME) if name in value}
        errors = {name: value[name] for name in ("rank_error", "count_error") if name in value}
        top = tuple((text, count) for text, count in value.get("top", ()))
        histogram = value.get("histogram")
        return cls(**plain, **errors, top=top, histogram=None if histogram is None else Bins.from_json(histogram))


@dataclass(frozen=True, slots=True)
class TableProfile:
    """The profiles of a table's columns by name."""

    rows: int
    columns: Mapping[str, ColumnProfile]

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        return {"rows": self.rows, "columns": {name: column.to_json() for name, column in self.columns.items()}}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> TableProfile:
        """Read `to_json` back."""
        columns = {name: ColumnProfile.from_json(column) for name, column in value["columns"].items()}
        return cls(value["rows"], columns)


@dataclass(frozen=True, slots=True)
class DatasetProfile:
    """The profile of a dataset version: its tables, the scenario's own statistics by name, and each label's words."""

    tables: Mapping[str, TableProfile]
    statistics: Mapping[str, float | None]
    words: Mapping[str, list[str]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The content of profile.json."""
        tables = {name: table.to_json() for name, table in self.tables.items()}
        return {"schema": SCHEMA, "tables": tables, "statistics": dict(self.statistics), "words": dict(self.words)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> DatasetProfile:
        """Read `to_json` back."""
        tables = {name: TableProfile.from_json(table) for name, table in value.get("tables", {}).items()}
        return cls(tables, dict(value.get("statistics", {})), dict(value.get("words", {})))


@dataclass(frozen=True, slots=True)
class Baseline:
    """An accepted baseline: the profile of a dataset version, who accepted it, when (ISO 8601) and why.

    `rows` describes what models see of it, inputs and answers; baselines of earlier versions lack it.
    """

    scenario: str
    number: int
    dataset: str
    accepted_by: str
    accepted_at: str
    reason: str
    profile: DatasetProfile
    rows: TableProfile | None = None

    def to_json(self) -> dict[str, Any]:
        """The content of baseline.json."""
        rows = {} if self.rows is None else {"rows": self.rows.to_json()}
        return {"schema": SCHEMA, **self.head, "profile": self.profile.to_json(), **rows}

    @property
    def head(self) -> dict[str, Any]:
        """Everything but the profiles."""
        names = ("scenario", "number", "dataset", "accepted_by", "accepted_at", "reason")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Baseline:
        """Read `to_json` back."""
        texts = {name: value.get(name, "") for name in ("scenario", "accepted_by", "accepted_at", "reason")}
        profile = DatasetProfile.from_json(value["profile"])
        rows = TableProfile.from_json(value["rows"]) if "rows" in value else None
        return cls(number=value["number"], dataset=value["dataset"], profile=profile, rows=rows, **texts)


@dataclass(frozen=True, slots=True)
class Described:
    """A table's own profile, and its columns counted in the bins of a baseline (empty without one).

    The profile depends on the rows only: equal tables have equal profiles, whatever they are compared with.
    """

    profile: TableProfile
    baseline_counts: Mapping[str, BinCounts]
