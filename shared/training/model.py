"""A registered model, the reference that names it, and what a training run hands to the registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

MODEL, MANIFEST = "model.onnx", "manifest.json"
# The same candidate fitted again on every learnable row: its graph, and the manifest under which it is loaded.
REFIT, REFIT_MANIFEST = "refit.onnx", "refit.json"
# The longest version number that every database holds.
_DIGITS = 9


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
        """The reference that `name:version` writes, or None for another text; a version has nine digits at most."""
        name, _, version = text.rpartition(":")
        known = name and version.isascii() and version.isdigit() and len(version) <= _DIGITS
        return cls(name, int(version)) if known else None


@dataclass(frozen=True, slots=True)
class Model:
    """One graph of a registered model version. `folder` is the version's place in the lake.

    `sha256` is that of the graph, which in the registry is the judged fit. `refit_sha256` is that of the same candidate
    fitted again on every learnable row, empty without one. `judged_sha256` is set when this value is that refit.
    """

    name: str
    version: int
    sha256: str
    run: str
    dataset: str
    metrics: Mapping[str, float]
    folder: str
    created_at: datetime
    state: str = "registered"
    refit_sha256: str = ""
    judged_sha256: str = ""

    @property
    def id(self) -> str:
        """`name:version`, as people and tags write it."""
        return f"{self.name}:{self.version}"

    @property
    def digests(self) -> tuple[str, ...]:
        """The sha256 of each graph of the version: the judged fit, and the refit where there is one."""
        return (self.judged.sha256, *([self.refit_sha256] if self.refit_sha256 else []))

    @property
    def judged(self) -> Model:
        """The graph of the version that its gate judges."""
        return replace(self, sha256=self.judged_sha256 or self.sha256, judged_sha256="")

    @property
    def onnx_path(self) -> str:
        """Where the graph is in the lake."""
        return self.folder + (REFIT if self.judged_sha256 else MODEL)

    @property
    def manifest_path(self) -> str:
        """Where the manifest is under which the graph is loaded."""
        return self.folder + (REFIT_MANIFEST if self.judged_sha256 else MANIFEST)

    def graph(self, sha256: str) -> Model | None:
        """The graph of the version with that sha256; None when the version has no such graph."""
        judged = self.judged
        if sha256 == judged.sha256:
            return judged
        if not sha256 or sha256 != self.refit_sha256:
            return None
        return replace(judged, sha256=sha256, judged_sha256=judged.sha256)
