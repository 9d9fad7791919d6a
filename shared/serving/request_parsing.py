"""The full parse of a scoring request: accepts every form of it, and says in words what does not fit.

Rows are objects or, where every input is a number, lists in the order of the model's inputs; a text may stand alone
where a scenario predicts from text.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from shared.core.errors import BadInput
from shared.core.scenario import Scenario
from shared.core.strict_json import read_json_body
from shared.core.wording import counted
from shared.serving.request_contract import check_rows
from shared.serving.request_decoding import ParsedRequest
from shared.serving.scored_request import Rows
from shared.training.input_contract import InputContract

MAX_ROWS = 1000
METHODS = ("predict", "predict_proba")
_OBJECTS = '{"Inputs": {"data": [{…}]}, "GlobalParameters": {"method": "predict"}} or {"data": [{…}]}'
_NUMBERS = frozenset({int, float})


def parse_strict(scenario: Scenario, contract: InputContract, body: bytes) -> ParsedRequest:
    """The request in any of the accepted forms; BadInput says what was wrong with it."""
    value = _object(scenario, read_json_body(body, accepted_shape(scenario)), "The body")
    if "Inputs" in value:
        rows = _rows(scenario, contract, _object(scenario, value["Inputs"], "Inputs").get("data"))
        return ParsedRequest(rows, _method(scenario, value), "results")
    if scenario.text and "data" not in value:
        return ParsedRequest([{scenario.text: _text(scenario, value)}], "predict", "text")
    data = value.get("data")
    rows = _rows(scenario, contract, data)
    if isinstance(data, list) and isinstance(data[0], list):
        return ParsedRequest(rows, "predict", "lists")
    return ParsedRequest(rows, "predict", "json_text")


def accepted_methods(scenario: Scenario) -> Sequence[str]:
    """The methods that a request may name: no probabilities for regression."""
    return METHODS[:1] if scenario.task == "regression" else METHODS


def accepted_shape(scenario: Scenario) -> str:
    """The accepted bodies, as a refusal shows them."""
    if scenario.text:
        return f'{{"text": "…"}}, {_OBJECTS}'
    return f'{_OBJECTS} or {{"data": [[…]]}}' if _takes_lists(scenario) else _OBJECTS


def _takes_lists(scenario: Scenario) -> bool:
    return not scenario.categorical and not scenario.text


def _object(scenario: Scenario, value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadInput(f"{name} is not a JSON object; accepted: {accepted_shape(scenario)}.")
    return value


def _method(scenario: Scenario, value: Mapping[str, Any]) -> str:
    accepted = accepted_methods(scenario)
    method = _object(scenario, value.get("GlobalParameters") or {}, "GlobalParameters").get("method", "predict")
    if method not in accepted:
        raise BadInput(f"GlobalParameters.method is {str(method)[:40]!r}; accepted: {' or '.join(accepted)}.")
    return str(method)


def _text(scenario: Scenario, value: Mapping[str, Any]) -> str:
    text = value.get("text")
    if not isinstance(text, str) or not text.strip():
        raise BadInput(f"text is not a text with at least one word; accepted: {accepted_shape(scenario)}.")
    return text


def _rows(scenario: Scenario, contract: InputContract, data: Any) -> Rows:
    if not isinstance(data, list) or not data:
        raise BadInput(f"data is not a list with at least one row; accepted: {accepted_shape(scenario)}.")
    if len(data) > MAX_ROWS:
        raise BadInput(f"data has {counted(len(data), 'row')}; at most {MAX_ROWS} are accepted.")
    kind = list if _takes_lists(scenario) and isinstance(data[0], list) else dict
    for number, row in enumerate(data, start=1):
        if not isinstance(row, kind):
            wanted = "a list of numbers like row 1" if kind is list else "a JSON object with the scenario's fields"
            raise BadInput(f"Row {number} is not {wanted}.")
    if kind is dict:
        check_rows(scenario, contract, data)
        return data
    return [_row_of_list(contract, number, row) for number, row in enumerate(data, start=1)]


def _row_of_list(contract: InputContract, number: int, row: Sequence[Any]) -> Mapping[str, Any]:
    """The numbers of a list by the names of the model's inputs."""
    names = contract.names
    if len(row) != len(names):
        raise BadInput(
            f"Row {number} has {counted(len(row), 'number')}; accepted: {len(names)}, in the order {', '.join(names)}."
        )
    for position, value in enumerate(row, start=1):
        if type(value) not in _NUMBERS or not abs(value) < math.inf:
            shown = str(value)[:40]
            raise BadInput(f"Row {number}, number {position} ({names[position - 1]}) is {shown!r}; accepted: a number.")
    return dict(zip(names, row, strict=True))
