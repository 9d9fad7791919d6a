"""What scoring requests, their answers and late labels of one scenario look like: types, from its input contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypedDict

from msgspec import UNSET, Meta, UnsetType, defstruct

from shared.monitoring.actual_labels import labels_table, served_contract
from shared.serving.request_decoding import Finite, row_type
from shared.serving.request_parsing import MAX_ROWS, METHODS

if TYPE_CHECKING:
    from shared.core.scenario import Column, Live, Scenario


@dataclass(frozen=True, slots=True)
class Described:
    """A scenario as its deployed model takes it: (name, kind) of each input, and a row that was really asked."""

    scenario: Scenario
    inputs: Sequence[tuple[str, str]]
    example: Mapping[str, Any] | None = None

    @property
    def numbers(self) -> bool:
        """Whether every input is a number."""
        return all(kind == "number" for _, kind in self.inputs)


class Results(TypedDict):
    """What is predicted for each row."""

    Results: list[Any]


class Result(TypedDict):
    """What is predicted for a text, or for each list of numbers."""

    result: Any


_OLDER = Annotated[str, Meta(description='JSON in a string: {"result": […]}')]


def example(model: Described) -> Mapping[str, Any]:
    """A request that is answered, made from a row the deployed model has been asked."""
    row = dict(model.example or {})
    if model.scenario.text:
        return {"text": row[model.scenario.text]}
    return {"Inputs": {"data": [row]}, "GlobalParameters": {"method": "predict"}}


# By the name that a route gives its body.
EXAMPLES = {"score": example}


def types_of(model: Described) -> Mapping[str, Sequence[Any]]:
    """By the name that a route gives it: the types that a body or an answer may be of."""
    takes_more = bool(model.scenario.text) or model.numbers
    return {
        "score": _requests(model),
        "score_answer": [Results, _OLDER, *([Result] if takes_more else [])],
        "actuals": _labels(model.scenario),
    }


def _requests(model: Described) -> list[Any]:
    scenario, name = model.scenario, model.scenario.name
    # What callers have beside the inputs is not looked at.
    rows = _rows(row_type(scenario, model.inputs, Any))
    methods = METHODS[:1] if scenario.task == "regression" else METHODS
    parameters = _closed(f"parameters_{name}", method=(Literal[methods], METHODS[0]))
    inputs = _closed(f"inputs_{name}", data=rows)
    managed = _closed(f"managed_{name}", Inputs=inputs, GlobalParameters=(parameters | UnsetType, UNSET))
    shapes = [managed, _closed(f"rows_{name}", data=rows)]
    if scenario.live:
        shapes.append(_closed(f"readings_{name}", data=_rows(_reading(scenario, scenario.live))))
    if scenario.text:
        shapes.append(_closed(f"text_{name}", text=Annotated[str, Meta(pattern="^[A-Za-z]")]))
    elif model.numbers:
        width = len(model.inputs)
        shapes.append(
            _closed(f"numbers_{name}", data=_rows(Annotated[list[Finite], Meta(min_length=width, max_length=width)]))
        )
    return shapes


def _reading(scenario: Scenario, live: Live) -> Any:
    """Raw readings: one row an hour, with the columns of their table."""
    columns = scenario.table(live.table).columns
    return _closed(f"reading_{scenario.name}", **{column.name: _cell(column) for column in columns})


def _cell(column: Column) -> Any:
    kind: Any = {"int": int, "float": float}.get(column.kind, str)
    return kind if kind is str else Annotated[kind, Meta(ge=column.minimum, le=column.maximum)]


def _labels(scenario: Scenario) -> list[Any]:
    """By the key of the rows, or by request and row."""
    tables = {"label": labels_table(scenario), "answer_label": served_contract(scenario)}
    shapes = []
    for name, table in tables.items():
        cells = {column.name: (float | str | None, UNSET) for column in table.columns}
        label = _closed(f"{name}_{scenario.name}", **cells)
        rows = Annotated[list[label], Meta(min_length=1)]  # type: ignore[valid-type]  # made from the columns
        shapes += [rows, _closed(f"{name}s_{scenario.name}", data=rows)]
    return shapes


def _rows(kind: Any) -> Any:
    return Annotated[list[kind], Meta(min_length=1, max_length=MAX_ROWS)]


def _closed(title: str, /, **fields: Any) -> Any:
    """An object with these fields alone: each a type, or (type, default) where it may be absent."""
    made: list[Any] = [
        (f"f{n}", *(kind if isinstance(kind, tuple) else (kind,))) for n, kind in enumerate(fields.values())
    ]
    rename = dict(zip((field[0] for field in made), fields, strict=True))
    return defstruct(title, made, rename=rename, forbid_unknown_fields=True)
