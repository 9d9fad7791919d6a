"""The declared contract of a scenario's inputs at the doors that take JSON: ranges, whole numbers and listed values.

Files keep the same contract where they are read. Null is a missing value here: a caller may not have every value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.core.errors import BadInput
from shared.core.scenario import Column, Scenario
from shared.serving.scored_request import Rows
from shared.serving.strange_values import StrangeValues, lost_words, no_words
from shared.training.input_contract import InputContract
from shared.training.unlearned.spelling import cause

_SHOWN = 40
_NUMBERS = frozenset({int, float})


def declared_inputs(scenario: Scenario, names: Sequence[str]) -> dict[str, Column]:
    """The declared column of each input that a row brings as it is; of inputs that code derives there is none."""
    if scenario.assemble is not None:
        return {}
    columns = {column.name: column for column in scenario.scoring_table.columns}
    return {name: columns[name] for name in names if name in columns}


def check_rows(scenario: Scenario, contract: InputContract, rows: Rows, first: int = 1) -> None:
    """BadInput names the row (from `first`) and field whose value the declared contract does not allow."""
    if contract.text is not None:
        _check_texts(contract.text.name, rows, first)
    check_declared(declared_inputs(scenario, contract.names), rows, first)


def check_declared(declared: Mapping[str, Column], rows: Rows, first: int) -> None:
    """BadInput names the row (from `first`) and field whose value its declared column does not allow."""
    numbered = [(number, row) for number, row in enumerate(rows, first) if isinstance(row, Mapping)]
    for name, column in declared.items():
        for number, row in numbered:
            if accepted := _accepted(column, row.get(name)):
                shown = repr(row[name])[:_SHOWN]
                raise BadInput(f"Row {number}, field {name!r}: {shown} is not accepted; accepted: {accepted} or null.")


def _check_texts(name: str, rows: Rows, first: int) -> None:
    """A model of texts has nothing to judge where there is none, as in a file."""
    for number, row in enumerate(rows, first):
        value = row.get(name, name) if isinstance(row, Mapping) else name
        if value is None or (isinstance(value, str) and not value.strip()):
            raise BadInput(f"Row {number}, field {name!r}: {value!r} is no text to judge; accepted: a text with words.")


def _accepted(column: Column, value: Any) -> str:
    """What the column accepts instead of the value; empty when it accepts it, or when it is of another type."""
    if column.kind == "text":
        listed = isinstance(value, str) and column.values and value.strip() not in column.values
        return f"one of {', '.join(map(repr, column.values))}" if listed else ""
    if type(value) not in _NUMBERS or not _breaks(column, value):
        return ""
    kind = "a whole number" if column.kind == "int" else "a number"
    low = "" if column.minimum is None else f" of at least {column.minimum:g}"
    high = "" if column.maximum is None else f" of at most {column.maximum:g}"
    return f"{kind}{low}{' and' if low and high else ''}{high}"


def _breaks(column: Column, value: float) -> bool:
    below = column.minimum is not None and value < column.minimum
    above = column.maximum is not None and value > column.maximum
    return below or above or (column.kind == "int" and value % 1 > 0)


def refuse_misspelt(scenario: Scenario, contract: InputContract, strange: StrangeValues) -> None:
    """BadInput when a field has no known category in any row, and each is a known one that is written otherwise."""
    if contract.text is not None and any(unknown.whole for unknown in strange.unknown.values()):
        raise BadInput(f"In these rows {no_words(contract.text.name)}")
    known = {feature.name: feature.values for feature in contract.features}
    lost = {
        name: unknown
        for name, unknown in strange.unknown.items()
        if unknown.whole and all(cause(value, known[name]) for value in unknown.examples)
    }
    if lost:
        raise BadInput(
            f"In these rows {lost_words(scenario, lost, contract)}; accepted: categories as it learned them."
        )
