"""Types of a request's rows for the decoder: a type per input contract instead of a check per cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Annotated, Any, Literal, Self

import numpy as np
from msgspec import UNSET, Meta, Struct, UnsetType, defstruct

from shared.core.scenario import Column, Scenario
from shared.serving.request_contract import declared_inputs
from shared.training.input_contract import CategoryCodes, Feature
from shared.training.unlearned.learned_ranges import LearnedRanges

_LARGEST = float(np.finfo(np.float32).max)
_Anything = float | str | UnsetType | None


def row_type(scenario: Scenario, inputs: Sequence[tuple[str, str]], title: str = "Row") -> type[Struct]:
    """The type of a row: each (name, kind) that a model takes, other fields of the scenario as they are, no more."""
    declared = declared_inputs(scenario, [name for name, _ in inputs])
    return _row(scenario, {name: _any_cell(kind, declared.get(name)) for name, kind in inputs}, title)


def learned_row_type(scenario: Scenario, learned: LearnedRanges) -> type[Struct] | None:
    """The type of a row with every category known and every number there and not far; None where none can be so."""
    declared = declared_inputs(scenario, learned.contract.names)
    cells: dict[str, Any] = {}
    for feature, low, high in zip(learned.contract.features, *learned.listed_limits, strict=True):
        column = declared.get(feature.name)
        if feature.kind == "number":
            cells[feature.name] = _number(column, low, high)
        elif codes := _known(feature, column):
            cells[feature.name] = _category(codes)
        else:
            return None
    return _row(scenario, cells, "LearnedRow")


class Category(float, Enum):
    """A category of one column: its value is the text, and as a number it is the code of that text."""

    # The value again: Enum's own way to it takes five times as long.
    text: str

    def __new__(cls, text: str, code: float) -> Self:
        """The text with its code."""
        made = float.__new__(cls, code)
        made._value_ = made.text = text
        return made


def _category(codes: Sequence[tuple[str, float]]) -> type[Category]:
    members: Any = {f"c{n}": one for n, one in enumerate(codes)}
    made: Any = Category("Known", members)
    kind: type[Category] = made
    return kind


def _row(scenario: Scenario, cells: Mapping[str, Any], title: str) -> type[Struct]:
    """First the inputs of the model, then what else the scenario accepts."""
    extras = [name for name in scenario.accepted_fields if name not in cells]
    fields: list[Any] = [(f"f{n}", kind) for n, kind in enumerate(cells.values())]
    fields += [(f"x{n}", _Anything, UNSET) for n in range(len(extras))]
    rename = dict(zip([field[0] for field in fields], (*cells, *extras), strict=True))
    # A row holds numbers and texts, so the garbage collector has nothing to look for.
    return defstruct(title, fields, rename=rename, forbid_unknown_fields=True, gc=False)


def _any_cell(kind: str, column: Column | None) -> Any:
    """A number within the declared range, a listed value, or any text; each may be missing."""
    if kind == "number":
        return _number(column, -_LARGEST, _LARGEST) | None
    return (str if column is None or not column.values else Literal[column.values]) | None


def _number(column: Column | None, low: float, high: float) -> Any:
    """A number that a float32 holds, within both the declared range and this one."""
    least = [low, -_LARGEST if column is None or column.minimum is None else column.minimum]
    most = [high, _LARGEST if column is None or column.maximum is None else column.maximum]
    return Annotated[float, Meta(ge=max(least), le=min(most))]


def _known(feature: Feature, column: Column | None) -> list[tuple[str, float]]:
    """The categories that the model knows and the scenario allows, with their codes."""
    allowed = column.values if column is not None else ()
    return [one for one in CategoryCodes(feature.values).items() if not allowed or one[0] in allowed]
