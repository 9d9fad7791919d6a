"""What a person accepted beyond a scenario's declared contract: categories, ranges and columns; data, not code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from shared.core.scenario import Column, Scenario, Table
from shared.core.wording import counted

SCHEMA = 1
type ChangeKind = Literal["values", "minimum", "maximum", "column"]


@dataclass(frozen=True, slots=True)
class Change:
    """One widening: a column takes further `values`, numbers from or up to `limit`, or is a `column` that is not read.

    `rows` of the drop need it.
    """

    table: str
    column: str
    kind: ChangeKind
    values: tuple[str, ...] = ()
    limit: float | None = None
    rows: int = 0

    def told(self, *, open_values: bool) -> str:
        """The change in words, with the values where they may be shown."""
        place = f"{self.table}.{self.column}"
        if self.kind == "column":
            return f"{place}: a new column, which is not read"
        if not open_values:
            more = counted(len(self.values), "new value") if self.kind == "values" else f"another {self.kind}"
            return f"{place}: {more} (not shown: the column tells about a person)"
        if self.kind == "values":
            return f"{place}: also {', '.join(map(repr, self.values))}"
        return f"{place}: {'from' if self.kind == 'minimum' else 'up to'} {self.limit:g}"


@dataclass(frozen=True, slots=True)
class Contract:
    """All that was accepted for a scenario up to `number`; the last change is the drop's."""

    scenario: str
    number: int
    changes: tuple[Change, ...]
    drop: str
    asked_by: str
    accepted_by: str
    accepted_at: str
    reason: str

    def to_json(self) -> Mapping[str, Any]:
        """As it lies in the lake."""
        facts = ("scenario", "number", "drop", "asked_by", "accepted_by", "accepted_at", "reason")
        changes = [change_json(change) for change in self.changes]
        return {"schema": SCHEMA, **{fact: getattr(self, fact) for fact in facts}, "changes": changes}


def change_json(change: Change) -> dict[str, Any]:
    """The change as JSON."""
    facts: dict[str, Any] = {"table": change.table, "column": change.column, "kind": change.kind}
    return facts | {"values": list(change.values), "limit": change.limit, "rows": change.rows}


def change_of(value: Mapping[str, Any]) -> Change:
    """The change of its JSON."""
    return Change(**{**value, "values": tuple(value["values"])})


def contract_of(value: Mapping[str, Any]) -> Contract:
    """The contract of its JSON; KeyError, TypeError or ValueError when it is none."""
    if value["schema"] != SCHEMA:
        raise ValueError(f"schema {value['schema']!r}")
    changes = tuple(map(change_of, value["changes"]))
    facts = {name: value[name] for name in Contract.__slots__ if name != "changes"}
    return Contract(**facts, changes=changes)


def widened(scenario: Scenario, changes: Sequence[Change]) -> Scenario:
    """The scenario whose tables take what was accepted."""
    if not changes:
        return scenario
    tables = {table.name: table for table in scenario.tables}
    for change in changes:
        if change.table in tables:
            tables[change.table] = _widened(tables[change.table], change)
    return replace(scenario, tables=tuple(tables.values()))


def _widened(table: Table, change: Change) -> Table:
    if change.kind == "column":
        return replace(table, ignored=tuple(dict.fromkeys((*table.ignored, change.column))))
    columns = tuple(_wider(one, change) if one.name == change.column else one for one in table.columns)
    return replace(table, columns=columns)


def _wider(column: Column, change: Change) -> Column:
    if change.kind == "minimum":
        return column if column.minimum is None else replace(column, minimum=_lower(column.minimum, change))
    if change.kind == "maximum":
        return column if column.maximum is None else replace(column, maximum=-_lower(-column.maximum, change, -1))
    if column.values:
        return replace(column, values=tuple(dict.fromkeys((*column.values, *change.values))))
    return replace(column, accepted=tuple(dict.fromkeys((*column.accepted, *change.values))))


def _lower(limit: float, change: Change, sign: int = 1) -> float:
    return limit if change.limit is None else min(limit, sign * change.limit)
