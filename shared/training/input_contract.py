"""The input contract of a model: which features it takes, in which order, and how categories become numbers.

A model takes one float32 matrix of shape (rows, features). A number is itself (missing is NaN); a category is
its position in `values` (unknown or missing is -1). A model of text takes one column of cleaned strings instead,
shape (rows, 1); `values` are then the stop words that cleaning removes. The contract travels in the manifest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

SCHEMA = 1
# What an unknown or a missing category is in the matrix.
UNKNOWN = -1.0


class CategoryCodes(dict[Any, float]):
    """The position of each known category. White space around a text does not count; what is not known is UNKNOWN."""

    def __init__(self, values: Sequence[str]) -> None:
        super().__init__((value, float(code)) for code, value in enumerate(values))

    def __missing__(self, value: Any) -> float:
        """The code of a text that has white space around it; asked for only where nothing fits as it is."""
        return self.get(value.strip(), UNKNOWN) if isinstance(value, str) else UNKNOWN


@dataclass(frozen=True, slots=True)
class Feature:
    """One input. `values`: none for a number, the known categories, or the stop words of a text."""

    name: str
    kind: Literal["number", "category", "text"]
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InputContract:
    """Features in order, and the labels in the order of the model's answer columns (see `Scenario.labels`)."""

    features: tuple[Feature, ...]
    labels: tuple[str, ...]

    @property
    def text(self) -> Feature | None:
        """The only input of a model of text; None for a model of numbers and categories."""
        first = self.features[0] if self.features else None
        return first if first is not None and first.kind == "text" else None

    @property
    def names(self) -> tuple[str, ...]:
        """Feature names in order."""
        return tuple(feature.name for feature in self.features)

    def to_json(self) -> dict[str, Any]:
        """The contract as it stands in the manifest."""
        features = [{"name": f.name, "kind": f.kind, "values": list(f.values)} for f in self.features]
        return {"schema": SCHEMA, "features": features, "labels": list(self.labels)}

    @property
    def digest(self) -> str:
        """sha256 of the canonical JSON: equal contracts have equal digests."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> InputContract:
        """Read `to_json` back; ValueError for a schema this code does not know, or a text beside other inputs."""
        if value.get("schema") != SCHEMA:
            msg = f"input contract schema {value.get('schema')!r} is not known; this code reads {SCHEMA}"
            raise ValueError(msg)
        features: Sequence[Mapping[str, Any]] = value["features"]
        read = tuple(Feature(f["name"], f["kind"], tuple(f["values"])) for f in features)
        if len(read) > 1 and any(feature.kind == "text" for feature in read):
            raise ValueError("a text stands beside other inputs; a model of text takes one text and nothing else")
        return cls(read, tuple(value["labels"]))
