"""The Open Inference Protocol, version 2: tensors in, tensors out.

Inputs are one tensor per feature, shape [rows] or [rows, 1], under the feature's name; a model of numbers alone also
takes one tensor `input` of shape [rows, features]. Outputs are `prediction` and, where there are any, `probabilities`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from shared.core.errors import BadInput
from shared.core.scenario import Scenario
from shared.core.strict_json import read_json_body
from shared.core.wording import counted
from shared.serving.answers import as_number, labels_of, strange_of_request
from shared.serving.deployed_model import DeployedModel
from shared.serving.inference.binary_tensors import packed, refuse_unsupported, split, wanted_as_bytes, with_data
from shared.serving.inference.tensors import InferenceAnswer, ModelMetadata, PackedAnswer, Tensor, TensorMetadata
from shared.serving.prediction_rows import join_labels, label_kind
from shared.serving.request_contract import check_rows
from shared.serving.request_parsing import MAX_ROWS
from shared.serving.scored_request import Rows, ScoredRequest
from shared.training.input_contract import Feature, InputContract

if TYPE_CHECKING:
    import numpy as np

MATRIX = "input"
_FLOATS = ("FP32", "FP64")
_WHOLE = ("INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64")
_NUMBERS = frozenset({int, float})
_SHAPE = '{"inputs": [{"name": …, "shape": [rows, 1], "datatype": "FP64", "data": […]}]}'
_MATRIX_DIMENSIONS = 2
# The members that every tensor needs.
_MEMBERS = ("name", "shape", "datatype", "data")


def infer(scenario: Scenario, deployed: DeployedModel, body: bytes, json_length: str = "") -> ScoredRequest:
    """The request scored, its response an `InferenceAnswer`; BadInput says what was wrong with it.

    `json_length` is the header that says how much of the body is JSON, empty where all is. Where outputs are wanted as
    bytes the response is a `PackedAnswer`.
    """
    value = _request(body, json_length)
    rows = _rows(deployed.loaded.contract, _tensors(value.get("inputs")))
    names = _output_names(scenario, value.get("outputs"))
    refuse_unsupported(value)
    check_rows(scenario, deployed.loaded.contract, rows)
    answers = deployed.loaded.score_rows(rows)
    strange = strange_of_request(scenario, deployed, rows)
    response: InferenceAnswer = {
        "model_name": scenario.name,
        "model_version": str(deployed.model.version),
        "outputs": [_output(name, scenario, deployed, answers) for name in names],
    }
    if isinstance(value.get("id"), str):
        response["id"] = value["id"]
    as_bytes = wanted_as_bytes(value, names)
    return ScoredRequest(PackedAnswer(*packed(response, as_bytes)) if as_bytes else response, rows, answers, strange)


def _request(body: bytes, json_length: str) -> dict[str, Any]:
    text, behind = split(body, json_length) if json_length else (body, memoryview(b""))
    value = read_json_body(text, _SHAPE)
    if not isinstance(value, dict):
        raise BadInput(f"The body is not a JSON object; accepted: {_SHAPE}.")
    return {**value, "inputs": with_data(value.get("inputs"), behind)} if json_length else value


def describe(scenario: Scenario, deployed: DeployedModel) -> ModelMetadata:
    """The model's metadata: its name, versions, and the tensors that it takes and answers."""
    contract = deployed.loaded.contract
    outputs = [_tensor_metadata(name, scenario, contract) for name in _outputs(scenario)]
    return {
        "name": scenario.name,
        "versions": [str(deployed.model.version)],
        "platform": "onnx",
        "inputs": [{"name": f.name, "datatype": _datatype(f), "shape": [-1, 1]} for f in contract.features],
        "outputs": outputs,
    }


def _outputs(scenario: Scenario) -> Sequence[str]:
    return ("prediction",) if scenario.task == "regression" else ("prediction", "probabilities")


def _datatype(feature: Feature) -> str:
    return "FP64" if feature.kind == "number" else "BYTES"


def _tensor_metadata(name: str, scenario: Scenario, contract: InputContract) -> TensorMetadata:
    if name == "probabilities":
        return {"name": name, "datatype": "FP32", "shape": [-1, len(contract.labels)]}
    kinds = {"float": "FP64", "int": "INT64"}
    return {"name": name, "datatype": kinds.get(label_kind(scenario), "BYTES"), "shape": [-1]}


def _output_names(scenario: Scenario, outputs: Any) -> Sequence[str]:
    known = _outputs(scenario)
    if outputs is None:
        return known
    if not isinstance(outputs, list) or not all(isinstance(output, dict) for output in outputs):
        raise BadInput(f"outputs is not a list of objects with a name; accepted names: {', '.join(known)}.")
    names = [output.get("name") for output in outputs]
    if any(name not in known for name in names):
        raise BadInput(f"outputs names {str(names)[:80]}; accepted: {', '.join(known)}.")
    return list(dict.fromkeys(names)) or known


def _tensors(inputs: Any) -> Sequence[Tensor]:
    if not isinstance(inputs, list) or not inputs:
        raise BadInput(f"inputs is not a list with at least one tensor; accepted: {_SHAPE}.")
    for number, tensor in enumerate(inputs, 1):
        if not isinstance(tensor, dict) or not all(name in tensor for name in _MEMBERS):
            raise BadInput(f"Input {number} is not an object with {', '.join(_MEMBERS)}; accepted: {_SHAPE}.")
        if not isinstance(tensor["name"], str):
            raise BadInput(f"The name of input {number} is not a text; accepted: {_SHAPE}.")
    names = [tensor["name"] for tensor in inputs]
    if len(set(names)) != len(names):
        raise BadInput("An input is named twice; accepted: one tensor for each name.")
    return inputs


def _rows(contract: InputContract, tensors: Sequence[Tensor]) -> Rows:
    if len(tensors) == 1 and tensors[0]["name"] == MATRIX and MATRIX not in contract.names:
        return _of_matrix(contract, tensors[0])
    features = {feature.name: feature for feature in contract.features}
    given = [tensor["name"] for tensor in tensors]
    missing = [name for name in features if name not in given]
    unknown = [name for name in given if name not in features]
    if missing or unknown:
        fault = f"{missing[0]!r} is missing" if missing else f"{unknown[0][:80]!r} is not known"
        raise BadInput(f"Input {fault}; accepted: one tensor for each of {', '.join(features)}.")
    columns = {tensor["name"]: _column(tensor, features[tensor["name"]]) for tensor in tensors}
    lengths = {len(column) for column in columns.values()}
    if len(lengths) != 1:
        raise BadInput(f"The inputs have {sorted(lengths)} rows; accepted: the same number in each.")
    names = list(columns)
    return [dict(zip(names, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def _of_matrix(contract: InputContract, tensor: Tensor) -> Rows:
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
        raise BadInput(
            f"Input {name[:80]!r} has {counted(len(cells), 'value')}; its shape {shape} says {rows * width}."
        )
    for position, cell in enumerate(cells, 1):
        fits = isinstance(cell, str) if text else type(cell) in _NUMBERS and abs(cell) < math.inf
        if not fits and cell is not None:
            what = "a text" if text else "a finite number"
            raise BadInput(f"Input {name[:80]!r}, value {position} is {str(cell)[:40]!r}; accepted: {what} or null.")
    return cells


def _shape_rows(name: str, shape: Any, width: int) -> int:
    whole = isinstance(shape, list) and all(type(size) is int and size >= 0 for size in shape)
    fits = whole and ((len(shape) == _MATRIX_DIMENSIONS and shape[1] == width) or (len(shape) == 1 and width == 1))
    if not fits or not 1 <= shape[0] <= MAX_ROWS:
        raise BadInput(
            f"Input {name[:80]!r} has shape {str(shape)[:40]}; accepted: [rows, {width}] with 1 to {MAX_ROWS} rows."
        )
    return int(shape[0])


def _flat(data: Any) -> Sequence[Any]:
    """Values in row order, whether or not the rows are lists of their own."""
    if not isinstance(data, list):
        raise BadInput("data is not a list; accepted: the values in row order.")
    if data and all(isinstance(row, list) for row in data):
        return [cell for row in data for cell in row]
    return data


def _output(name: str, scenario: Scenario, deployed: DeployedModel, answers: np.ndarray) -> Tensor:
    metadata = _tensor_metadata(name, scenario, deployed.loaded.contract)
    shape = [len(answers), *metadata["shape"][1:]]
    if name == "probabilities":
        data: list[Any] = [as_number(cell) for cell in answers.reshape(-1).tolist()]
    else:
        data = [_as_cell(scenario, label) for label in labels_of(scenario, deployed, answers)]
    return {"name": name, "datatype": metadata["datatype"], "shape": shape, "data": data}


def _as_cell(scenario: Scenario, label: Any) -> Any:
    if scenario.task == "multilabel":
        return join_labels(scenario.labels, [name in label for name in scenario.labels])
    return int(label) if label_kind(scenario) == "int" else label
