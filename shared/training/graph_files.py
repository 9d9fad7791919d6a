"""The graph of a version in a folder of its files, where neither lake nor registry can be reached."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.core.errors import Corrupt
from shared.training.model import MANIFEST, MODEL, REFIT, REFIT_MANIFEST


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
