"""The historic profile as rows: one value of one statistic of one column of one dataset version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class HistoricValue:
    """A statistic of a column; of a whole table `column` is empty, of the whole dataset `table` is empty too."""

    table: str
    column: str
    statistic: str
    value: float | None


@dataclass(frozen=True, slots=True)
class HistoricDataset:
    """A dataset version in the historic profile: when it was made, and its values."""

    scenario: str
    dataset: str
    at: datetime
    values: tuple[HistoricValue, ...]


def values_of(record: Mapping[str, Any]) -> Iterator[HistoricValue]:
    """Every value of a record of the historic profile."""
    for name in ("rows", "warnings"):
        yield HistoricValue("", "", name, float(record[name]))
    for name, value in record["statistics"].items():
        yield HistoricValue("", "", name, value)
    for table, facts in record["tables"].items():
        yield HistoricValue(table, "", "rows", float(facts["rows"]))
        for column, statistics in facts["columns"].items():
            for name, value in statistics.items():
                yield HistoricValue(table, column, name, None if value is None else float(value))
