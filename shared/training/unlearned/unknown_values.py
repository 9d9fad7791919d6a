"""Categories that a model does not know, counted per column where rows are encoded: they are scored as missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from shared.training.input_contract import InputContract

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from shared.training.unlearned.extremes import Extremes

_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Unknown:
    """Of one column: how many rows have a value, how many of these values are not known, and some of them."""

    given: int
    rows: int
    examples: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing of the column is known."""
        return self.rows > 0 and self.rows == self.given

    def and_also(self, other: Unknown) -> Unknown:
        """Both together."""
        examples = tuple(dict.fromkeys((*self.examples, *other.examples)))[:_EXAMPLES]
        return Unknown(self.given + other.given, self.rows + other.rows, examples)


type UnknownColumns = Mapping[str, Unknown]


def unknown_of_table(
    table: pa.Table, matrix: np.ndarray, contract: InputContract, within: Extremes | None = None
) -> dict[str, Unknown]:
    """The category columns of a table and what is unknown in each; `matrix` is the table as it was encoded.

    `within` are the matrix's extremes where they are known.
    """
    return {
        feature.name: _unknown(
            table.column(feature.name), matrix[:, position], is_known=within is not None and within.least[position] >= 0
        )
        for position, feature in enumerate(contract.features)
        if feature.kind == "category"
    }


def _unknown(column: pa.ChunkedArray, codes: np.ndarray, *, is_known: bool) -> Unknown:
    if is_known:
        return Unknown(len(column), 0)
    given = len(column) - column.null_count
    lost = codes < 0
    rows = int(lost.sum()) - column.null_count
    return Unknown(given, rows, _examples(column, lost) if rows else ())


def wordless(texts: Sequence[str | None], cleaned: Sequence[str], name: str) -> dict[str, Unknown]:
    """The texts in which the model finds no word, as unknown values of their column; empty without one."""
    lost = [text or "" for text, words in zip(texts, cleaned, strict=True) if not words]
    return {name: Unknown(len(texts), len(lost), tuple(dict.fromkeys(lost))[:_EXAMPLES])} if texts else {}


def _examples(column: pa.ChunkedArray, lost: np.ndarray) -> tuple[str, ...]:
    import pyarrow as pa

    values = column.filter(pa.array(lost)).drop_null().unique()
    return tuple(str(value) for value in values[:_EXAMPLES].to_pylist())


def unknown_of_rows(rows: Sequence[Mapping[str, Any]], contract: InputContract) -> dict[str, Unknown]:
    """The category fields of the rows of a request in which something is unknown."""
    found = {}
    for feature in contract.features:
        if feature.kind == "category":
            known = frozenset(feature.values)
            given = [str(row[feature.name]) for row in rows if row[feature.name] is not None]
            lost = [value for value in given if value not in known and value.strip() not in known]
            if lost:
                found[feature.name] = Unknown(len(given), len(lost), tuple(dict.fromkeys(lost))[:_EXAMPLES])
    return found


def together(parts: Iterable[UnknownColumns]) -> dict[str, Unknown]:
    """The columns of all parts."""
    whole: dict[str, Unknown] = {}
    for part in parts:
        for name, unknown in part.items():
            whole[name] = whole[name].and_also(unknown) if name in whole else unknown
    return whole


def counts_of(columns: UnknownColumns) -> dict[str, int]:
    """The rows with an unknown value, by column; columns without one are left out."""
    return {name: unknown.rows for name, unknown in columns.items() if unknown.rows}


def written(counts: Mapping[str, int], remarks: Mapping[str, str] = MappingProxyType({})) -> str:
    """The counts as they are told: `job=3, month=1`, the most first, each with its remark."""
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{name}={rows}{remarks.get(name, '')}" for name, rows in ordered)
