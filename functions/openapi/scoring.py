"""What scoring requests, their answers and late labels of one scenario look like: types, from its input contract.

One form of each: other forms are accepted, too, and told in words (`other_forms`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType, defstruct

from functions.openapi.answers import WideInt
from functions.openapi.tidy import pascal
from shared.monitoring.actual_labels import labels_table, served_contract
from shared.serving.request_parsing import MAX_ROWS, accepted_methods
from shared.serving.rows.row_types import row_type

if TYPE_CHECKING:
    from shared.core.scenario import Column, Scenario


@dataclass(frozen=True, slots=True)
class Described:
    """A scenario as its deployed model takes it: (name, kind) of each input, and a row that was really asked."""

    scenario: Scenario
    inputs: Sequence[tuple[str, str]]
    example: Mapping[str, Any] | None = None
    # What operations and schemas are called after; `worded` sets it.
    word: str = ""

    @property
    def numbers(self) -> bool:
        """Whether every input is a number."""
        return all(kind == "number" for _, kind in self.inputs)


def worded(models: Sequence[Described]) -> list[Described]:
    """The scenarios, each with a word of its own: names that differ in signs alone are told apart by a number."""
    taken: dict[str, Described] = {}
    for model in models:
        plain = pascal(model.scenario.name)
        words = (plain, *(f"{plain}No{number}" for number in range(2, len(models) + 1)))
        word = next(one for one in words if one not in taken)
        taken[word] = replace(model, word=word)
    return list(taken.values())


def example(model: Described) -> Mapping[str, Any]:
    """A request that is answered, made from a row the deployed model has been asked."""
    return {"Inputs": {"data": [dict(model.example or {})]}, "GlobalParameters": {"method": "predict"}}


# By the name that a route gives its body.
EXAMPLES = {"score": example}


def types_of(model: Described) -> Mapping[str, Any]:
    """By the name that a route gives it: the type of a body or an answer."""
    return {"score": _request(model), "score_answer": _answer(model), "actuals": _labels(model)}


def other_forms(model: Described) -> Mapping[str, str]:
    """By the name that a route gives its body: which others are taken, in words."""
    forms = ['`{"data": [{…}]}` is answered with JSON in a string']
    if model.scenario.live:
        forms.append(f'`{{"data": [{{…}}]}}` with readings of {model.scenario.live.table} may wait for more of them')
    if model.scenario.text:
        forms.append('`{"text": "…"}` is answered with `{"result": …}`')
    elif model.numbers:
        forms.append('`{"data": [[…]]}` with numbers in the order of the inputs is answered with `{"result": […]}`')
    return {
        "score": f"Also taken: {'; '.join(forms)}.",
        "actuals": "A label names its row by the key, or by `request_id` and `row` of an answer, the same in all. "
        "Also taken: the list of labels alone.",
    }


def _request(model: Described) -> Any:
    scenario, name = model.scenario, f"Score{model.word}"
    row = row_type(scenario, model.inputs, f"{name}Row")
    methods = tuple(accepted_methods(scenario))
    parameters = _closed(f"{name}Parameters", method=(Literal[methods], methods[0]))
    inputs = _closed(f"{name}Inputs", data=Annotated[list[row], Meta(min_length=1, max_length=MAX_ROWS)])  # type: ignore[valid-type]  # made from the inputs
    return _closed(f"{name}Request", Inputs=inputs, GlobalParameters=(parameters | UnsetType, UNSET))


def _answer(model: Described) -> Any:
    """A label or a number for each row; with `predict_proba`, one probability per label."""
    kinds: Mapping[str, Any] = {"regression": float | None, "multilabel": list[str | float | None]}
    kind = kinds.get(model.scenario.task, str | list[float | None])
    return defstruct(f"Score{model.word}Answer", [("Results", list[kind])])  # type: ignore[valid-type]  # chosen above


def _labels(model: Described) -> Any:
    scenario, name = model.scenario, f"Actuals{model.word}"
    columns = [*served_contract(scenario).columns, *labels_table(scenario).columns]
    cells = {column.name: _cell(column, required=column.name in scenario.targets) for column in columns}
    label = _closed(f"{name}Label", **cells)
    return _closed(f"{name}Request", data=Annotated[list[label], Meta(min_length=1)])  # type: ignore[valid-type]  # made from the columns


def _cell(column: Column, *, required: bool) -> Any:
    kind: Any = {"int": WideInt, "float": float}.get(column.kind, str)
    return kind if required else (kind | UnsetType, UNSET)


def _closed(title: str, /, **fields: Any) -> Any:
    """An object with these fields alone: each a type, or (type, default) where it may be absent."""
    made: list[Any] = [
        (f"f{n}", *(kind if isinstance(kind, tuple) else (kind,))) for n, kind in enumerate(fields.values())
    ]
    rename = dict(zip((field[0] for field in made), fields, strict=True))
    return defstruct(title, made, rename=rename, forbid_unknown_fields=True, kw_only=True)
