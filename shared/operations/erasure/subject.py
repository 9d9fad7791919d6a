"""Whose rows are erased, and how they are recognised in tables, files and messages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.core.errors import BadInput
from shared.core.scenario import Scenario
from shared.serving.prediction_rows import CARRIED

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

ENTITY_KEY = "entity_key"
# Shorter texts stand for much else.
LEAST_TEXT = 5
# Columns whose cells are a row as JSON: of rows that were set aside, and of what is carried beside a prediction.
_ROWS_AS_JSON = ("cells", CARRIED)


@dataclass(frozen=True, slots=True)
class Subject:
    """The columns that name the person and the values they have; `key` is how predictions name it.

    Of an entity of several columns the first ones may be given: rows with all of these values are meant.
    """

    scenario: str
    columns: tuple[str, ...]
    values: tuple[str, ...]
    key: str
    partial: bool = False

    @property
    def text(self) -> str:
        """How it was given."""
        return self.key or f"{self.columns[0]}={self.values[0]}"

    @property
    def condition(self) -> str:
        """Which rows are meant, in words."""
        return " and ".join(f"{name} = {value}" for name, value in zip(self.columns, self.values, strict=True))

    @property
    def stands_out(self) -> bool:
        """Whether the values tell of the person also where no column of that name is."""
        return all(len(value) >= LEAST_TEXT and not _is_number(value) for value in self.values)

    def is_named_by(self, row: Mapping[str, Any]) -> bool:
        """Whether the row has all the values in their columns; without these, values that stand out anywhere."""
        if self.key and self.has_key(str(row.get(ENTITY_KEY, ""))):
            return True
        if not all(name in row for name in self.columns):
            return self.stands_out and set(self.values) <= {str(cell).strip() for cell in row.values()}
        return all(same(str(row[name]), value) for name, value in zip(self.columns, self.values, strict=True))

    def has_key(self, key: str) -> bool:
        """Whether predictions that are named so are about the subject."""
        return key == self.key or (self.partial and key.startswith(f"{self.key}|"))


def subject_of(scenario: Scenario, given: str) -> Subject:
    """The subject that a key names: the entity's values joined with a bar, or `column=value` without an entity.

    A value of the entity may stand behind its column, too. BadInput for another declared column, or without a value.
    """
    if scenario.entity:
        values = _values(scenario, given)
        columns = scenario.entity[: len(values)]
        return Subject(scenario.name, columns, values, "|".join(values), len(values) < len(scenario.entity))
    name, separator, value = given.partition("=")
    if not separator or not name.strip() or not value.strip():
        raise BadInput(f"{scenario.name} declares no entity; accepted: --entity COLUMN=VALUE, such as client_id=4711.")
    return Subject(scenario.name, (name.strip(),), (value.strip(),), "")


def _values(scenario: Scenario, given: str) -> tuple[str, ...]:
    """The values of the entity's first columns; each may stand behind its column, as in `machineID=7`."""
    declared = {column.name for table in scenario.tables for column in table.columns}
    pairs = [_without_column(part, declared) for part in given.split("|")]
    columns = scenario.entity[: len(pairs)]
    if len(columns) < len(pairs) or not all(
        value and name in ("", column) for (name, value), column in zip(pairs, columns, strict=True)
    ):
        raise BadInput(f"{given[:80]!r} names no entity of {scenario.name}; accepted: {'|'.join(scenario.entity)}.")
    return tuple(value for _, value in pairs)


def _without_column(part: str, declared: AbstractSet[str]) -> tuple[str, str]:
    """The declared column that stands before the value (empty: none does), and the value."""
    name, separator, value = part.partition("=")
    return (name.strip(), value.strip()) if separator and name.strip() in declared else ("", part.strip())


def same(cell: str, value: str) -> bool:
    """Whether two texts name the same: letter by letter, as numbers, or as times."""
    cell = cell.strip()
    if cell == value:
        return True
    with suppress(ValueError):
        return float(cell) == float(value)
    with suppress(ValueError):
        return datetime.fromisoformat(cell) == datetime.fromisoformat(value)
    return False


def rows_of(table: pa.Table, subject: Subject) -> np.ndarray:
    """Which rows of the table (rows,) are about the subject."""
    import numpy as np

    found = np.zeros(table.num_rows, dtype=bool)
    if all(name in table.column_names for name in subject.columns):
        found |= np.logical_and.reduce(
            [_equal(table[name], value) for name, value in zip(subject.columns, subject.values, strict=True)]
        )
    elif subject.stands_out:
        texts = [name for name in table.column_names if _is_text(table[name])]
        cells = [[_equal(table[name], value) for name in texts] for value in subject.values]
        found |= np.logical_and.reduce([np.logical_or.reduce(one) for one in cells]) if texts else found
    if subject.key and ENTITY_KEY in table.column_names:
        found |= _chosen(table[ENTITY_KEY], subject.has_key)
    for name in _ROWS_AS_JSON:
        if name in table.column_names:
            found |= _chosen(table[name], lambda cell: subject.is_named_by(as_row(cell)))
    return found


def _is_text(column: pa.ChunkedArray) -> bool:
    import pyarrow as pa

    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_number(text: str) -> bool:
    with suppress(ValueError):
        float(text)
        return True
    return False


def _equal(column: pa.ChunkedArray, value: str) -> np.ndarray:
    return _chosen(column, lambda cell: same(cell, value))


def _chosen(column: pa.ChunkedArray, test: Any) -> np.ndarray:
    """Which cells pass the test on their text; each distinct one is tested once."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = column.cast(pa.string())
    wanted = [text for text in pc.unique(texts).to_pylist() if text is not None and test(text)]
    return np.asarray(pc.is_in(texts, value_set=pa.array(wanted, pa.string())).to_numpy(), dtype=bool)


def as_row(cell: str) -> Mapping[str, Any]:
    """The row that a cell holds as JSON; empty when it holds none."""
    with suppress(ValueError):
        found = json.loads(cell)
        if isinstance(found, dict):
            return found
    return {}
