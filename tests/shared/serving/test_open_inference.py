"""The Open Inference Protocol: requests of tensors, their answers and refusals."""

from __future__ import annotations

import json
from typing import Any

import pytest
from served_model import MIXED, serve
from world import MARKS, POINTS, PRICES, both_ways, logistic, weighted

from shared.core.errors import BadInput
from shared.serving.inference.open_inference import describe, infer

SERVING = serve(POINTS, logistic(3.0), MIXED)


def tensor(name: str, data: Any, datatype: str = "FP64", shape: Any = None) -> dict[str, Any]:
    """A tensor of one column."""
    return {"name": name, "datatype": datatype, "shape": shape or [len(data), 1], "data": data}


X = tensor("x", [2.0, -2.0])
COLOR = tensor("color", ["red", "never seen"], "BYTES")


def ask(*inputs: Any, **more: Any) -> Any:
    """The answer to a request with these inputs."""
    return infer(POINTS, SERVING, json.dumps({"inputs": list(inputs), **more}).encode()).response


def test_a_tensor_for_each_feature_is_answered_with_label_and_probabilities() -> None:
    """In the order of the rows, with the request's id and the model's version."""
    told = ask(COLOR, X, id="r-1")
    assert (told["model_name"], told["model_version"], told["id"]) == ("points", "1", "r-1")
    prediction, probabilities = told["outputs"]
    assert prediction == {"name": "prediction", "datatype": "BYTES", "shape": [2], "data": ["yes", "no"]}
    assert (probabilities["datatype"], probabilities["shape"]) == ("FP32", [2, 2])
    assert sum(probabilities["data"]) == pytest.approx(2, abs=1e-5)
    only = ask(X, COLOR, outputs=[{"name": "prediction"}])
    assert [one["name"] for one in only["outputs"]] == ["prediction"]


def test_a_model_of_numbers_takes_its_matrix() -> None:
    """Flat or row by row; whole numbers, floats, several labels and a number as the answer."""
    prices = serve(PRICES, weighted(3.0))
    for data in ([0.5, 1, 1, 0], [[0.5, 1], [1, 0]]):
        body = {"inputs": [{"name": "input", "datatype": "FP32", "shape": [2, 2], "data": data}]}
        (output,) = infer(PRICES, prices, json.dumps(body).encode()).response["outputs"]
        assert output == {"name": "prediction", "datatype": "FP64", "shape": [2], "data": [1.6, 3.0]}
    body = {"inputs": [tensor("x", [2, 0], "INT64", [2]), tensor("z", [-9, -40.0])]}
    marks = infer(MARKS, serve(MARKS, both_ways(3.0)), json.dumps(body).encode()).response
    assert marks["outputs"][0]["data"] == ["up", "none"]


def test_metadata_says_what_infer_takes() -> None:
    """A request made from it is answered."""
    told = describe(POINTS, SERVING)
    made = [tensor(one["name"], [None], one["datatype"]) for one in told["inputs"]]
    answered = ask(*made)
    for declared, found in zip(told["outputs"], answered["outputs"], strict=True):
        assert (declared["name"], declared["datatype"]) == (found["name"], found["datatype"])
        assert len(declared["shape"]) == len(found["shape"])


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ([], "at least one tensor"),
        ([3], "Input 1"),
        ([{"name": "x"}], "name, shape, datatype, data"),
        ([{**X, "name": 3}, COLOR], "not a text"),
        ([X], "'color' is missing"),
        ([X, COLOR, tensor("y", [1, 2])], "'y' is not known"),
        ([X, X], "named twice"),
        ([{**X, "datatype": "BYTES"}, COLOR], "BYTES; accepted: FP32"),
        ([X, {**COLOR, "datatype": ["BYTES"]}], "accepted: BYTES"),
        ([{**X, "shape": [3, 1]}, COLOR], "has 2 values"),
        ([{**X, "shape": [2, 2]}, COLOR], r"accepted: \[rows, 1\]"),
        ([{**X, "shape": [True, 1]}, COLOR], "has shape"),
        ([{**X, "shape": "2"}, COLOR], "has shape"),
        ([{**X, "shape": [10**30, 1]}, COLOR], "has shape"),
        ([{**X, "data": ["1", 2]}, COLOR], "value 1"),
        ([{**X, "data": [True, 2]}, COLOR], "value 1"),
        ([{**X, "data": 5}, COLOR], "not a list"),
        ([{**X, "data": [1e300, 2]}, COLOR], "field 'x'"),
        ([tensor("input", [1, 2], shape=[1, 2])], "models of numbers"),
        ([tensor("x", [1.0] * 1001), COLOR], "1 to 1000"),
        ([tensor("x", [1.0]), COLOR], r"\[1, 2\] rows"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(inputs: Any, words: str) -> None:
    """The refusal names the input, the value, and what is accepted."""
    with pytest.raises(BadInput, match=words):
        ask(*inputs)


@pytest.mark.parametrize("outputs", [3, [3], [{"name": "score"}], [{}]])
def test_outputs_that_do_not_exist_are_refused(outputs: Any) -> None:
    """The refusal names the outputs that exist."""
    with pytest.raises(BadInput, match="prediction, probabilities"):
        ask(X, COLOR, outputs=outputs)
