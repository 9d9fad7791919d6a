"""A step's folder counts only when it is complete: its marker names the step, its key and the digest of every file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model_training.runtime.json_files import read_json, write_json
from model_training.runtime.resources import measured
from model_training.steps.context import RunSpec
from shared.core.scenario import Scenario

MARKER = "_STEP.json"


@dataclass(frozen=True, slots=True)
class Marker:
    """What the marker file says: `files` are digests by file name, `cost` is seconds and peak memory."""

    step: str
    key: str
    spec: Mapping[str, Any]
    files: Mapping[str, str]
    cost: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        """The content of the marker file."""
        facts = {"step": self.step, "key": self.key, "order": dict(self.spec)}
        return {**facts, "files": dict(self.files), "cost": dict(self.cost)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Marker:
        """The marker that `to_json` wrote."""
        return cls(stored["step"], stored["key"], stored["order"], stored["files"], stored["cost"])


@contextmanager
def marked_complete(step: str, key: str, spec: RunSpec, out: Path) -> Iterator[None]:
    """Write the marker into `out` when the block ends without an error."""
    with measured() as cost:
        yield
    files = {path.name: _digest(path) for path in sorted(out.iterdir()) if path.is_file() and path.name != MARKER}
    write_json(out / MARKER, Marker(step, key, spec.to_json(), files, cost).to_json())


def read_marker(folder: Path) -> Marker | None:
    """The marker; None when the folder does not exist, is not complete, or holds other files than those marked."""
    try:
        marker = Marker.from_json(json.loads((folder / MARKER).read_text()))
        complete = all(_digest(folder / name) == digest for name, digest in marker.files.items())
    except (OSError, ValueError, KeyError):
        return None
    return marker if complete else None


def step_cost(folder: Path) -> Mapping[str, float]:
    """What the step of a complete folder cost."""
    return Marker.from_json(read_json(folder / MARKER)).cost


def step_key(step: str, code: str, spec: RunSpec, inputs: Mapping[str, str]) -> str:
    """A digest of what decides a step's output: its name, the code, the specification and the keys of its inputs."""
    # Functions have no text that stays the same; the code's digest covers them.
    declared = repr(spec.scenario)
    facts = [step, code, declared, spec.to_json(), sorted(inputs.items())]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def read_spec(folder: Path, scenarios: Mapping[str, Scenario]) -> RunSpec:
    """The specification under which a complete folder was made."""
    return RunSpec.from_json(Marker.from_json(read_json(folder / MARKER)).spec, scenarios)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
