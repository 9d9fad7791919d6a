"""The Open Inference Protocol, version 2: tensors in, tensors out.

Inputs are one tensor per feature, shape [rows] or [rows, 1], under the feature's name; a model of numbers alone also
takes one tensor `input` of shape [rows, features]. Outputs are `prediction` and, where there are any, `probabilities`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.core.errors import BadInput
from shared.core.scenario import Scenario
from shared.core.strict_json import read_json_body
from shared.serving.answers import MAX_ROWS, Watch, as_number, labels_of
from shared.serving.deployed_models import Serving
from shared.serving.prediction_rows import joined, label_kind
from shared.serving.tensors import InferenceAnswer, ModelMetadata, Tensor, TensorMetadata
from shared.training.input_contract import Feature, InputContract

if TYPE_CHECKING:
    import numpy as np

MATRIX = "input"
_FLOATS = ("FP32", "FP64")
_WHOLE = ("INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64")
_NUMBERS = frozenset({int, float})
_SHAPE = '{"inputs": [{"name": …, "shape": [rows, 1], "datatype": "FP64", "data": […]}]}'
_NO_COLUMN = 2
# Of a tensor that names a column twice the second would win.
_DESCRIBED = ("name", "shape", "datatype", "data")


def infer(scenario: Scenario, serving: Serving, body: bytes, watch: Watch | None = None) -> InferenceAnswer:
    """The answer to an inference request; BadInput says what was wrong with it. `watch` as in `answer`."""
    value = read_json_body(body, _SHAPE)
    if not isinstance(value, dict):
        raise BadInput(f"The body is not a JSON object; accepted: {_SHAPE}.")
    rows = _rows(serving.loaded.contract, _tensors(value.get("inputs")))
    wanted = _wanted(scenario, value.get("outputs"))
    answers = serving.loaded.rows(rows)
    if watch is not None:
        watch(rows, answers)
    outputs = [_output(name, scenario, serving, answers) for name in wanted]
    told: InferenceAnswer = {
        "model_name": scenario.name,
        "model_version": str(serving.model.version),
        "outputs": outputs,
    }
    given = value.get("id")
    return {**told, "id": given} if isinstance(given, str) else told


def describe(scenario: Scenario, serving: Serving) -> ModelMetadata:
    """The model's metadata: its name, versions, and the tensors it takes and answers with."""
    contract = serving.loaded.contract
    outputs = [_described(name, scenario, contract) for name in _outputs(scenario)]
    return {
        "name": scenario.name,
        "versions": [str(serving.model.version)],
        "platform": "onnx",
        "inputs": [{"name": one.name, "datatype": _kind(one), "shape": [-1, 1]} for one in contract.features],
        "outputs": outputs,
    }


def _outputs(scenario: Scenario) -> Sequence[str]:
    return ("prediction",) if scenario.task == "regression" else ("prediction", "probabilities")


def _kind(feature: Feature) -> str:
    return "FP64" if feature.kind == "number" else "BYTES"


def _described(name: str, scenario: Scenario, contract: InputContract) -> TensorMetadata:
    if name == "probabilities":
        return {"name": name, "datatype": "FP32", "shape": [-1, len(contract.labels)]}
    kinds = {"float": "FP64", "int": "INT64"}
    return {"name": name, "datatype": kinds.get(label_kind(scenario), "BYTES"), "shape": [-1]}


def _wanted(scenario: Scenario, outputs: Any) -> Sequence[str]:
    known = _outputs(scenario)
    if outputs is None:
        return known
    if not isinstance(outputs, list) or not all(isinstance(one, dict) for one in outputs):
        raise BadInput(f"outputs is not a list of objects with a name; accepted names: {', '.join(known)}.")
    names = [one.get("name") for one in outputs]
    if any(name not in known for name in names):
        raise BadInput(f"outputs names {str(names)[:80]}; accepted: {', '.join(known)}.")
    return list(dict.fromkeys(names)) or known


def _tensors(inputs: Any) -> Sequence[Tensor]:
    if not isinstance(inputs, list) or not inputs:
        raise BadInput(f"inputs is not a list with at least one tensor; accepted: {_SHAPE}.")
    for number, tensor in enumerate(inputs, 1):
        if not isinstance(tensor, dict) or not all(name in tensor for name in _DESCRIBED):
            raise BadInput(f"Input {number} is not an object with {', '.join(_DESCRIBED)}; accepted: {_SHAPE}.")
        if not isinstance(tensor["name"], str):
            raise BadInput(f"The name of input {number} is not a text; accepted: {_SHAPE}.")
    names = [tensor["name"] for tensor in inputs]
    if len(set(names)) != len(names):
        raise BadInput("An input is named twice; accepted: one tensor for each name.")
    return inputs


def _rows(contract: InputContract, tensors: Sequence[Tensor]) -> Sequence[Mapping[str, Any]]:
    if len(tensors) == 1 and tensors[0]["name"] == MATRIX and MATRIX not in contract.names:
        return _of_matrix(contract, tensors[0])
    features = {feature.name: feature for feature in contract.features}
    given = [tensor["name"] for tensor in tensors]
    missing = [name for name in features if name not in given]
    unknown = [name for name in given if name not in features]
    if missing or unknown:
        said = f"{missing[0]!r} is missing" if missing else f"{unknown[0][:80]!r} is not known"
        raise BadInput(f"Input {said}; accepted: one tensor for each of {', '.join(features)}.")
    columns = {tensor["name"]: _column(tensor, features[tensor["name"]]) for tensor in tensors}
    lengths = {len(column) for column in columns.values()}
    if len(lengths) != 1:
        raise BadInput(f"The inputs have {sorted(lengths)} rows; accepted: as many in each.")
    names = list(columns)
    return [dict(zip(names, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def _of_matrix(contract: InputContract, tensor: Tensor) -> Sequence[Mapping[str, Any]]:
    if any(feature.kind != "number" for feature in contract.features):
        raise BadInput(f"{MATRIX!r} is for models of numbers; accepted: a tensor for each feature, by name.")
    width = len(contract.names)
    cells = _cells(tensor, width, text=False)
    return [dict(zip(contract.names, cells[at : at + width], strict=True)) for at in range(0, len(cells), width)]


def _column(tensor: Tensor, feature: Feature) -> Sequence[Any]:
    return _cells(tensor, 1, text=feature.kind != "number")


def _cells(tensor: Tensor, width: int, *, text: bool) -> Sequence[Any]:
    """The tensor's values in row order; BadInput when datatype, shape or a value does not fit."""
    name, shape, data = tensor["name"], tensor["shape"], tensor["data"]
    rows = _shape_rows(name, shape, width)
    accepted = ("BYTES",) if text else (*_FLOATS, *_WHOLE)
    if tensor["datatype"] not in accepted:
        raise BadInput(f"Input {name[:80]!r} is {str(tensor['datatype'])[:40]}; accepted: {', '.join(accepted)}.")
    cells = _flat(data)
    if len(cells) != rows * width:
        raise BadInput(f"Input {name[:80]!r} has {len(cells)} values; its shape {shape} says {rows * width}.")
    for position, cell in enumerate(cells, 1):
        fits = isinstance(cell, str) if text else type(cell) in _NUMBERS and abs(cell) < math.inf
        if not fits and cell is not None:
            what = "a text" if text else "a finite number"
            raise BadInput(f"Input {name[:80]!r}, value {position} is {str(cell)[:40]!r}; accepted: {what} or null.")
    return cells


def _shape_rows(name: str, shape: Any, width: int) -> int:
    whole = isinstance(shape, list) and all(type(one) is int and one >= 0 for one in shape)
    good = whole and ((len(shape) == _NO_COLUMN and shape[1] == width) or (len(shape) == 1 and width == 1))
    if not good or not 1 <= shape[0] <= MAX_ROWS:
        raise BadInput(
            f"Input {name[:80]!r} has shape {str(shape)[:40]}; accepted: [rows, {width}] with 1 to {MAX_ROWS} rows."
        )
    return int(shape[0])


def _flat(data: Any) -> Sequence[Any]:
    """Values in row order, whether or not the rows are lists of their own."""
    if not isinstance(data, list):
        raise BadInput("data is not a list; accepted: the values in row order.")
    if data and all(isinstance(one, list) for one in data):
        return [cell for row in data for cell in row]
    return data


def _output(name: str, scenario: Scenario, serving: Serving, answers: np.ndarray) -> Tensor:
    described = _described(name, scenario, serving.loaded.contract)
    shape = [len(answers), *described["shape"][1:]]
    if name == "probabilities":
        data: list[Any] = [as_number(cell) for cell in answers.reshape(-1).tolist()]
    else:
        found = labels_of(scenario, serving, answers)
        data = [_as_cell(scenario, label) for label in found]
    return {"name": name, "datatype": described["datatype"], "shape": shape, "data": data}


def _as_cell(scenario: Scenario, label: Any) -> Any:
    if scenario.task == "multilabel":
        return joined(scenario.labels, [one in label for one in scenario.labels])
    return int(label) if label_kind(scenario) == "int" else label
