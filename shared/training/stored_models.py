"""Finding a registered model by its reference, and reading it back from the lake or from a folder of its files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.core.errors import BadInput, Corrupt
from shared.core.lake_reading import read_bytes, read_json
from shared.training.model import MANIFEST, MODEL, REFIT, REFIT_MANIFEST, Model, ModelRef

if TYPE_CHECKING:
    from shared.training.ports import TrainingPorts


def model_by_id(ports: TrainingPorts, model_id: str) -> Model | None:
    """The model that `name:version` names; None for one that is not registered and for another text."""
    ref = ModelRef.parse(model_id)
    return None if ref is None else ports.training.registry.find(ref.name, ref.version)


def find_model(ports: TrainingPorts, name: str, version: int) -> Model:
    """The registered version; BadInput names the versions that are registered."""
    model = ports.training.registry.find(name, version)
    if model is None:
        versions = ", ".join(str(other.version) for other in ports.training.registry.list(name)) or "none"
        raise BadInput(f"There is no {name}:{version}; registered versions: {versions}.")
    return model


def find_graph(ports: TrainingPorts, name: str, version: int, sha256: str) -> Model | None:
    """The graph of the registered version with that sha256; None when the registry has no such graph."""
    model = ports.training.registry.find(name, version)
    return None if model is None else model.graph(sha256)


def read_model(ports: TrainingPorts, model: Model) -> tuple[bytes, Mapping[str, Any]]:
    """The ONNX bytes and the manifest; Corrupt when the bytes are not those that were registered."""
    onnx = read_bytes(ports, model.onnx_path)
    digest = hashlib.sha256(onnx).hexdigest()
    if digest != model.sha256:
        raise Corrupt(f"{model.onnx_path} has sha256 {digest[:12]}, {model.id} was registered as {model.sha256[:12]}.")
    return onnx, read_json(ports, model.manifest_path)


def read_graph(folder: Path, sha256: str, model_id: str) -> tuple[bytes, Mapping[str, Any]]:
    """The ONNX bytes with that sha256 and their manifest: the judged fit's, or the refit's; Corrupt without them."""
    found = []
    for graph, manifest in ((MODEL, MANIFEST), (REFIT, REFIT_MANIFEST)):
        if not (folder / graph).is_file():
            continue
        onnx = (folder / graph).read_bytes()
        digest = hashlib.sha256(onnx).hexdigest()
        if digest == sha256:
            return onnx, json.loads((folder / manifest).read_text())
        found.append(f"{graph} has sha256 {digest[:12]}")
    raise Corrupt(f"{' and '.join(found)}; {model_id} was deployed as {sha256[:12]}.")
