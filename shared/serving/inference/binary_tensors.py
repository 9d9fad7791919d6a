"""The binary tensor extension of the Open Inference Protocol: values as bytes behind the JSON, little-endian.

`tritonclient` sends and asks for them by default. A number that is NaN is missing, as null is in JSON.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from shared.core.errors import BadInput
from shared.core.wording import counted
from shared.serving.inference import JSON_LENGTH

_FORMATS = {
    "FP16": "e", "FP32": "f", "FP64": "d", "INT8": "b", "INT16": "h", "INT32": "i", "INT64": "q",
    "UINT8": "B", "UINT16": "H", "UINT32": "I", "UINT64": "Q",
}  # fmt: skip
_SIZE = struct.Struct("<I")


def split(body: bytes, header: str) -> tuple[bytes, memoryview]:
    """The JSON, as long as the header says, and the bytes behind it; BadInput when it says what cannot be."""
    if not header.isascii() or not header.isdigit() or int(header) > len(body):
        raise BadInput(f"{JSON_LENGTH} is {header[:20]!r}; accepted: the bytes of the JSON, at most {len(body)}.")
    return body[: int(header)], memoryview(body)[int(header) :]


def with_data(inputs: Any, values: memoryview) -> Any:
    """The inputs with `data` from the bytes, in their order; BadInput when they do not fit."""
    if not isinstance(inputs, list):
        return inputs
    at, found = 0, []
    for one in inputs:
        size = _parameter(one, "binary_data_size")
        if size is None:
            found.append(one)
            continue
        if type(size) is not int or not 0 <= size <= len(values) - at:
            raise BadInput(
                f"binary_data_size is {str(size)[:20]}; accepted: "
                f"the {counted(len(values) - at, 'byte that is', 'bytes that are')} left."
            )
        data = _values(one, bytes(values[at : at + size]))
        found.append({**{name: value for name, value in one.items() if name != "parameters"}, "data": data})
        at += size
    if at != len(values):
        raise BadInput(
            f"{counted(len(values) - at, 'byte is', 'bytes are')} behind the last input; "
            "accepted: as many as the inputs name."
        )
    return found


def _values(tensor: Mapping[str, Any], content: bytes) -> list[Any]:
    name, datatype = str(tensor.get("name"))[:80], tensor.get("datatype")
    if datatype == "BYTES":
        return _texts(name, content)
    letter = _FORMATS.get(datatype) if isinstance(datatype, str) else None
    if letter is None:
        raise BadInput(f"Input {name!r} is {str(datatype)[:40]}; accepted as bytes: BYTES, {', '.join(_FORMATS)}.")
    if len(content) % struct.calcsize(letter):
        raise BadInput(f"Input {name!r} has {counted(len(content), 'byte')}, which is no number of {datatype} values.")
    numbers = struct.unpack(f"<{len(content) // struct.calcsize(letter)}{letter}", content)
    return [None if isinstance(one, float) and math.isnan(one) else one for one in numbers]


def _texts(name: str, content: bytes) -> list[str]:
    """Each text behind its length in four bytes."""
    texts, at = [], 0
    while at < len(content):
        begins = at + _SIZE.size
        ends = begins + _SIZE.unpack_from(content, at)[0] if begins <= len(content) else len(content) + 1
        if ends > len(content):
            raise BadInput(f"Input {name!r} ends in the middle of a value; accepted: texts behind their lengths.")
        try:
            texts.append(content[begins:ends].decode())
        except UnicodeDecodeError as error:
            raise BadInput(f"Input {name!r}, value {len(texts) + 1} is not UTF-8.") from error
        at = ends
    return texts


def _parameter(value: Any, name: str) -> Any:
    parameters = value.get("parameters") if isinstance(value, dict) else None
    return parameters.get(name) if isinstance(parameters, dict) else None


def wanted_as_bytes(request: Mapping[str, Any], names: Sequence[str]) -> frozenset[str]:
    """The outputs that the request wants as bytes: each on its own, or all."""
    every = _parameter(request, "binary_data_output") is True
    outputs = request.get("outputs") or []
    asked = {one["name"]: _parameter(one, "binary_data") for one in outputs}
    return frozenset(name for name in names if asked.get(name, every) is True or (asked.get(name) is None and every))


def refuse_unsupported(request: Mapping[str, Any]) -> None:
    """BadInput for what would change the answer and is not there: classification, shared memory."""
    for one in (*(request.get("inputs") or []), *(request.get("outputs") or [])):
        for name in ("classification", "shared_memory_region"):
            if _parameter(one, name) not in (None, 0):
                raise BadInput(f"{name} is not supported; accepted: values in the request and in the answer.")


def packed(answer: Mapping[str, Any], names: Collection[str]) -> tuple[bytes, int]:
    """The answer with these outputs as bytes behind its JSON, and the length of the JSON."""
    outputs, behind = [], []
    for output in answer["outputs"]:
        if output["name"] in names:
            content = _bytes(output["datatype"], output["data"])
            behind.append(content)
            kept = {name: value for name, value in output.items() if name != "data"}
            outputs.append({**kept, "parameters": {"binary_data_size": len(content)}})
        else:
            outputs.append(output)
    text = json.dumps({**answer, "outputs": outputs}).encode()
    return b"".join((text, *behind)), len(text)


def _bytes(datatype: str, data: Sequence[Any]) -> bytes:
    if datatype == "BYTES":
        texts = (str(one).encode() for one in data)
        return b"".join(_SIZE.pack(len(text)) + text for text in texts)
    return struct.pack(f"<{len(data)}{_FORMATS[datatype]}", *(math.nan if one is None else one for one in data))
