"""Model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Artefact:
    """What a training run hands to the registry: the ONNX bytes, their manifest, and files that travel with them."""

    scenario: str
    run: str
    dataset: str
    onnx: bytes
    manifest: Mapping[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Model:
    """A registered model version. `folder` is its place in the lake."""

    name: str
    version: int
    sha256: str
    run: str
    dataset: str
    metrics: Mapping[str, float]
    folder: str
    created_at: datetime
    state: str = "registered"

    @property
    def id(self) -> str:
        """`name:version`, as people and tags write it."""
        return f"{self.name}:{self.version}"
