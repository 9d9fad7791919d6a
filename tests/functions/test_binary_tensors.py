"""The binary tensor extension of the Open Inference Protocol, on the wire."""

from __future__ import annotations

import json
import struct
from typing import Any

import httpx
import pytest
from api_host import Api

from functions.names import SCORE

LENGTH = "inference-header-content-length"
NUMBERS, COLORS = (0.4, -0.7, 0.1), ("red", "blue", "red")
X = struct.pack("<3f", *NUMBERS)
COLOR = b"".join(struct.pack("<I", len(one)) + one.encode() for one in COLORS)


def tensor(name: str, datatype: str, content: bytes, rows: int = 3) -> dict[str, Any]:
    """An input whose values are behind the JSON."""
    return {"name": name, "shape": [rows, 1], "datatype": datatype, "parameters": {"binary_data_size": len(content)}}


INPUTS = [tensor("x", "FP32", X), tensor("color", "BYTES", COLOR)]
PLAIN = [
    {"name": "x", "shape": [3, 1], "datatype": "FP32", "data": list(struct.unpack("<3f", X))},
    {"name": "color", "shape": [3, 1], "datatype": "BYTES", "data": list(COLORS)},
]


def ask(api: Api, value: Any, behind: bytes = b"", **headers: str) -> httpx.Response:
    """The answer to a request whose JSON is followed by bytes."""
    text = json.dumps(value).encode()
    sent = {"content-type": "application/octet-stream", LENGTH: str(len(text)), **headers}
    with api.client(SCORE) as client:
        return client.post("/v2/models/points/infer", content=text + behind, headers=sent)


def plain(api: Api, value: Any) -> Any:
    """The answer to the same request as JSON."""
    with api.client(SCORE) as client:
        return client.post("/v2/models/points/infer", json=value).json()


def unpacked(answer: httpx.Response) -> dict[str, list[Any]]:
    """The values of each output, from JSON or from behind it."""
    length = int(answer.headers.get(LENGTH, len(answer.content)))
    found, at = {}, length
    for output in json.loads(answer.content[:length])["outputs"]:
        if "data" in output:
            found[output["name"]] = output["data"]
            continue
        size = output["parameters"]["binary_data_size"]
        content, at = answer.content[at : at + size], at + size
        if output["datatype"] == "BYTES":
            texts = []
            while content:
                (length,) = struct.unpack_from("<I", content)
                texts.append(content[4 : 4 + length].decode())
                content = content[4 + length :]
            found[output["name"]] = texts
        else:
            assert output["datatype"] == "FP32"
            found[output["name"]] = [round(one, 6) for one in struct.unpack(f"<{size // 4}f", content)]
    assert at == len(answer.content)
    return found


@pytest.mark.parametrize("parameters", [{}, {"binary_data_output": True}])
def test_values_behind_the_json_are_those_in_it(api: Api, parameters: dict[str, Any]) -> None:
    """Asked as bytes, answered as JSON or as bytes: the same numbers and texts."""
    answer = ask(api, {"inputs": INPUTS, "parameters": parameters}, X + COLOR)
    assert answer.status_code == 200, answer.text
    assert (LENGTH in answer.headers) == bool(parameters)
    assert unpacked(answer) == {one["name"]: one["data"] for one in plain(api, {"inputs": PLAIN})["outputs"]}
    kind = "application/octet-stream" if parameters else "application/json"
    assert answer.headers["content-type"] == kind
    assert answer.headers["x-model"] == "points:1"


def test_each_output_may_be_wanted_otherwise(api: Api) -> None:
    """One as bytes beside one as JSON; a request in JSON may ask for bytes, too."""
    outputs = [{"name": "probabilities", "parameters": {"binary_data": True}}, {"name": "prediction"}]
    with api.client(SCORE) as client:
        answer = client.post("/v2/models/points/infer", json={"inputs": PLAIN, "outputs": outputs})
    found = json.loads(answer.content[: int(answer.headers[LENGTH])])["outputs"]
    assert [(one["name"], "data" in one) for one in found] == [("probabilities", False), ("prediction", True)]
    others = {
        "parameters": {"binary_data_output": True},
        "outputs": [{"name": "prediction", "parameters": {"binary_data": False}}],
    }
    assert LENGTH not in ask(api, {"inputs": INPUTS, **others}, X + COLOR).headers


def test_bytes_beside_values_and_numbers_that_are_missing(api: Api) -> None:
    """One input as bytes, the other in the JSON; NaN is missing as null is."""
    missing = struct.pack("<3d", 0.4, float("nan"), 0.1)
    asked = [tensor("x", "FP64", missing), PLAIN[1]]
    values = {**PLAIN[0], "datatype": "FP64", "data": [0.4, None, 0.1]}
    assert unpacked(ask(api, {"inputs": asked}, missing)) == {
        one["name"]: one["data"] for one in plain(api, {"inputs": [values, PLAIN[1]]})["outputs"]
    }


HALF, CUT = COLOR[:-1], b"\x01\0\0\0\xff"
CLASSES = [{"name": "prediction", "parameters": {"classification": 2}}]
SHARED = {"shared_memory_region": "r"}
# The request, the bytes behind its JSON, another length of the JSON, and what the refusal says.
WRONG: dict[str, tuple[Any, bytes, str, str]] = {
    "too few bytes": ({"inputs": INPUTS}, X, "", "binary_data_size is 22; accepted: the 0 bytes that are left"),
    "too many bytes": ({"inputs": INPUTS}, X + COLOR + b"!", "", "1 byte is behind the last input"),
    "no length": ({"inputs": INPUTS}, X + COLOR, "-1", "inference-header-content-length is '-1'"),
    "a long length": ({"inputs": INPUTS}, X + COLOR, "99999", "inference-header-content-length is '99999'"),
    "half a number": (
        {"inputs": [tensor("x", "FP64", X), INPUTS[1]]},
        X + COLOR,
        "",
        "12 bytes, which is no number of FP64",
    ),
    "a type": ({"inputs": [tensor("x", "BOOL", X), INPUTS[1]]}, X + COLOR, "", "'x' is BOOL; accepted as bytes: BYTES"),
    "a shape": (
        {"inputs": [tensor("x", "FP32", X, 4), INPUTS[1]]},
        X + COLOR,
        "",
        "has 3 values; its shape [4, 1] says 4",
    ),
    "half a text": ({"inputs": [INPUTS[0], tensor("color", "BYTES", HALF)]}, X + HALF, "", "in the middle of a value"),
    "no text": ({"inputs": [INPUTS[0], tensor("color", "BYTES", CUT)]}, X + CUT, "", "value 1 is not UTF-8"),
    "classes": ({"inputs": INPUTS, "outputs": CLASSES}, X + COLOR, "", "classification is not supported"),
    "memory": ({"inputs": [{**PLAIN[0], "parameters": SHARED}, PLAIN[1]]}, b"", "", "shared_memory_region is not"),
    "a list": ([], b"", "", "The body is not a JSON object"),
    "a number": ({"inputs": 3}, b"", "", "inputs is not a list"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_does_not_fit_is_one_sentence(api: Api, wrong: str) -> None:
    """400, with what would be accepted."""
    value, behind, header, sentence = WRONG[wrong]
    answer = ask(api, value, behind, **({LENGTH: header} if header else {}))
    assert answer.status_code == 400
    assert sentence in answer.json()["error"]
