"""Answering a request: the shape of body and answer, and what a person reads when the body is not accepted.

Rows as objects or, where every input is a number, as lists in the order of the model's inputs; a text alone where a
scenario predicts from text.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.core.errors import BadInput
from shared.core.scenario import Scenario
from shared.core.strict_json import read_json_body
from shared.serving.deployed_models import Serving
from shared.serving.prediction_rows import decided, label_kind
from shared.serving.request_decoding import Asked, Doubt, Typed, raw_row

if TYPE_CHECKING:
    import numpy as np

MAX_ROWS = 1000
METHODS = ("predict", "predict_proba")
_ROWS = '{"Inputs": {"data": [{…}]}, "GlobalParameters": {"method": "predict"}} or {"data": [{…}]}'
_NUMBERS = frozenset({int, float})
Rows = Sequence[Mapping[str, Any]]
Watch = Callable[[Rows, "np.ndarray"], None]
# Decoders by scenario and model: made from the contract, the same for every request.
_KEPT = 64
_DECODERS: dict[tuple[str, str], Typed] = {}


def answer(scenario: Scenario, serving: Serving, body: bytes, watch: Watch | None = None) -> Any:
    """The answer in the shape of the request; BadInput says what was wrong with it.

    `watch` is told the rows and what the model answered to them.
    """
    typed = _typed(scenario, serving)
    asked = typed.decode(body) if typed is not None else Doubt()
    if isinstance(asked, Asked) and asked.method in _methods(scenario):
        results = _results(scenario, serving, asked.rows, asked.method, watch)
        return json.dumps({"result": results}) if asked.legacy else {"Results": results}
    if isinstance(asked, Doubt) and asked.row is not None:
        _refuse_row(scenario, serving, body, asked.row)
    return _closely(scenario, serving, body, watch)


def _refuse_row(scenario: Scenario, serving: Serving, body: bytes, row: int) -> None:
    """BadInput when that row is no good, before the others are looked at: a bad request is to cost less than a good."""
    raw = raw_row(body, row, MAX_ROWS)
    value = read_json_body(raw, _shape(scenario)) if raw else None
    if isinstance(value, dict):
        serving.loaded.rows([value], scenario.request_fields, row + 1)


def _typed(scenario: Scenario, serving: Serving) -> Typed | None:
    """The decoder of the deployed model, made once; None for a model of text."""
    contract, key = serving.loaded.contract, (scenario.name, serving.model.sha256)
    found = _DECODERS.get(key)
    if found is not None and found.contract is contract:
        return found
    if contract.text:
        return None
    while len(_DECODERS) >= _KEPT:
        _DECODERS.pop(next(iter(_DECODERS)), None)
    found = _DECODERS[key] = Typed(scenario, contract, MAX_ROWS)
    return found


def _closely(scenario: Scenario, serving: Serving, body: bytes, watch: Watch | None) -> Any:
    value = _mapping(scenario, read_json_body(body, _shape(scenario)), "The body")
    if "Inputs" in value:
        rows = _rows(scenario, serving, _mapping(scenario, value["Inputs"], "Inputs").get("data"))
        return {"Results": _results(scenario, serving, rows, _method(scenario, value), watch)}
    if scenario.text and "data" not in value:
        return _of_text(scenario, serving, value, watch)
    data = value.get("data")
    rows = _rows(scenario, serving, data)
    if isinstance(data, list) and isinstance(data[0], list):
        return _of_numbers(scenario, serving, rows, watch)
    # The older contract answers with a string that holds JSON.
    return json.dumps({"result": _results(scenario, serving, rows, "predict", watch)})


def _shape(scenario: Scenario) -> str:
    if scenario.text:
        return f'{{"text": "…"}}, {_ROWS}'
    return f'{_ROWS} or {{"data": [[…]]}}' if _takes_lists(scenario) else _ROWS


def _takes_lists(scenario: Scenario) -> bool:
    return not scenario.categorical and not scenario.text


def _mapping(scenario: Scenario, value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadInput(f"{name} is not a JSON object; accepted: {_shape(scenario)}.")
    return value


def _method(scenario: Scenario, value: Mapping[str, Any]) -> str:
    accepted = _methods(scenario)
    method = _mapping(scenario, value.get("GlobalParameters") or {}, "GlobalParameters").get("method", "predict")
    if method not in accepted:
        raise BadInput(f"GlobalParameters.method is {str(method)[:40]!r}; accepted: {' or '.join(accepted)}.")
    return str(method)


def _methods(scenario: Scenario) -> Sequence[str]:
    return METHODS[:1] if scenario.task == "regression" else METHODS


def _rows(scenario: Scenario, serving: Serving, data: Any) -> Rows:
    if not isinstance(data, list) or not data:
        raise BadInput(f"data is not a list with at least one row; accepted: {_shape(scenario)}.")
    if len(data) > MAX_ROWS:
        raise BadInput(f"data has {len(data)} rows; at most {MAX_ROWS} are accepted.")
    kind = list if _takes_lists(scenario) and isinstance(data[0], list) else dict
    for number, row in enumerate(data, start=1):
        if not isinstance(row, kind):
            wanted = "a list of numbers like row 1" if kind is list else "a JSON object with the scenario's fields"
            raise BadInput(f"Row {number} is not {wanted}.")
    return [_named(serving, number, row) for number, row in enumerate(data, start=1)] if kind is list else data


def _named(serving: Serving, number: int, row: Sequence[Any]) -> Mapping[str, Any]:
    """The numbers of a list by the names of the model's inputs."""
    names = serving.loaded.contract.names
    if len(row) != len(names):
        raise BadInput(f"Row {number} has {len(row)} numbers; accepted: {len(names)}, in the order {', '.join(names)}.")
    for position, value in enumerate(row, start=1):
        if type(value) not in _NUMBERS or not abs(value) < math.inf:
            shown = str(value)[:40]
            raise BadInput(f"Row {number}, number {position} ({names[position - 1]}) is {shown!r}; accepted: a number.")
    return dict(zip(names, row, strict=True))


def _results(scenario: Scenario, serving: Serving, rows: Rows, method: str, watch: Watch | None) -> list[Any]:
    answers = serving.loaded.rows(rows, allowed=scenario.request_fields)
    if watch is not None:
        watch(rows, answers)
    return _told(scenario, serving, answers, method)


def _told(scenario: Scenario, serving: Serving, answers: np.ndarray, method: str) -> list[Any]:
    if method == "predict_proba":
        return [[as_number(value) for value in row] for row in answers.tolist()]
    return labels_of(scenario, serving, answers)


def as_number(value: float) -> float | None:
    """As JSON has it: null for what is no number."""
    return round(value, 6) if math.isfinite(value) else None


def labels_of(scenario: Scenario, serving: Serving, answers: np.ndarray) -> list[Any]:
    """What is predicted for each row: a label, a list of labels, or a number."""
    if scenario.task == "binary":
        # As `decided` has it: numbers of Python cost one row a third of what arrays do.
        (low, high), least = scenario.labels, serving.loaded.thresholds[0]
        return [high if share >= least else low for share in answers[:, 1].tolist()]
    chosen = decided(scenario.task, serving.loaded.thresholds, answers)
    if scenario.task == "regression":
        # The shortest number that is this float32: 1.1, not 1.10000002384.
        return [None if not math.isfinite(value) else float(str(value)) for value in chosen]
    if scenario.task == "multilabel":
        return [[label for label, on in zip(scenario.labels, row, strict=True) if on] for row in chosen]
    return [scenario.labels[code] for code in chosen.tolist()]


def _of_numbers(scenario: Scenario, serving: Serving, rows: Rows, watch: Watch | None) -> Mapping[str, Any]:
    """`result` has one value a row; of several labels it is 1 where any is predicted, and `labels` names them."""
    found = _results(scenario, serving, rows, "predict", watch)
    if scenario.task == "multilabel":
        return {"result": [int(bool(labels)) for labels in found], "labels": found}
    return {"result": [int(label) for label in found] if label_kind(scenario) == "int" else found}


def _of_text(scenario: Scenario, serving: Serving, value: Mapping[str, Any], watch: Watch | None) -> Mapping[str, Any]:
    started = time.perf_counter()
    text = value.get("text")
    if not isinstance(text, str) or not text.strip():
        raise BadInput(f"text is not a text with at least one word; accepted: {_shape(scenario)}.")
    result = _results(scenario, serving, [{scenario.text: text}], "predict", watch)[0]
    return {"result": result, "time_in_sec": round(time.perf_counter() - started, 4)}
