"""A registered model, the reference that names it, and what a training run hands to the registry."""

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
class ModelRef:
    """A model version by name and number. People and tags write it `name:version`."""

    name: str
    version: int

    def __str__(self) -> str:
        """`name:version`."""
        return f"{self.name}:{self.version}"

    @classmethod
    def parse(cls, text: str) -> ModelRef | None:
        """The reference that `name:version` writes, or None for another text."""
        name, _, version = text.rpartition(":")
        return cls(name, int(version)) if name and version.isascii() and version.isdigit() else None


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
        return str(ModelRef(self.name, self.version))
