"""Reading a registered model back from the lake."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from shared.domain.records import Model
from shared.errors import Corrupt
from shared.ports import Ports


def read_bytes(ports: Ports, path: str) -> bytes:
    """The whole blob; Missing when absent."""
    with ports.lake.open(path) as source:
        return source.read()


def read_json(ports: Ports, path: str) -> Mapping[str, Any]:
    """The blob as a JSON object; Corrupt when it is none."""
    try:
        value = json.loads(read_bytes(ports, path))
    except ValueError as error:
        raise Corrupt(f"{path} is not JSON ({error}).") from error
    if not isinstance(value, dict):
        raise Corrupt(f"{path} is not a JSON object.")
    return value


def read_model(ports: Ports, model: Model) -> tuple[bytes, Mapping[str, Any]]:
    """The ONNX bytes and the manifest; Corrupt when the bytes are not those that were registered."""
    onnx = read_bytes(ports, f"{model.folder}model.onnx")
    found = hashlib.sha256(onnx).hexdigest()
    if found != model.sha256:
        raise Corrupt(
            f"{model.folder}model.onnx has sha256 {found[:12]}, {model.id} was registered as {model.sha256[:12]}."
        )
    return onnx, read_json(ports, f"{model.folder}manifest.json")
