"""A real-time request: which body shapes are accepted, and what each is answered with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from shared.domain.scenario import Scenario
from shared.errors import BadInput
from shared.workflows.serving import Serving

if TYPE_CHECKING:
    import numpy as np

MAX_ROWS = 1000
METHODS = ("predict", "predict_proba")
_SHAPE = '{"Inputs": {"data": [{…}]}, "GlobalParameters": {"method": "predict"}} or {"data": [{…}]}'


def answer(scenario: Scenario, serving: Serving, body: bytes) -> Any:
    """The answer in the shape of the request; BadInput says what was wrong with it."""
    value = _decode(body)
    if "Inputs" in value:
        rows = _rows(_mapping(value["Inputs"], "Inputs").get("data"))
        return {"Results": _results(scenario, serving, rows, _method(value))}
    rows = _rows(value.get("data"))
    # The older contract answers with a string that holds JSON.
    return json.dumps({"result": _results(scenario, serving, rows, "predict")})


def _decode(body: bytes) -> Mapping[str, Any]:
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"The body is not JSON ({error}); accepted: {_SHAPE}.") from error
    return _mapping(value, "The body")


def _mapping(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadInput(f"{name} is not a JSON object; accepted: {_SHAPE}.")
    return value


def _method(value: Mapping[str, Any]) -> str:
    method = _mapping(value.get("GlobalParameters") or {}, "GlobalParameters").get("method", "predict")
    if method not in METHODS:
        raise BadInput(f"GlobalParameters.method is {str(method)[:40]!r}; accepted: {' or '.join(METHODS)}.")
    return str(method)


def _rows(data: Any) -> Sequence[Mapping[str, Any]]:
    if not isinstance(data, list) or not data:
        raise BadInput(f"data is not a list with at least one row; accepted: {_SHAPE}.")
    if len(data) > MAX_ROWS:
        raise BadInput(f"data has {len(data)} rows; at most {MAX_ROWS} are accepted.")
    for number, row in enumerate(data, start=1):
        if not isinstance(row, dict):
            raise BadInput(f"Row {number} is not a JSON object with the scenario's fields.")
    return data


def _results(scenario: Scenario, serving: Serving, rows: Sequence[Mapping[str, Any]], method: str) -> list[Any]:
    probabilities = serving.loaded.rows(rows, allowed=scenario.request_fields)
    if method == "predict_proba":
        return [[round(float(value), 6) for value in row] for row in probabilities]
    return [scenario.labels[code] for code in _codes(probabilities, serving.loaded.threshold)]


def _codes(probabilities: np.ndarray, threshold: float) -> list[int]:
    if probabilities.shape[1] == 2:  # noqa: PLR2004 -- two columns: binary, decided by the threshold
        return [int(value >= threshold) for value in probabilities[:, 1]]
    return [int(code) for code in probabilities.argmax(axis=1)]
