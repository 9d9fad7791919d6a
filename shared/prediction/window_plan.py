"""The plan of a window: what it is made of and which model scores it, pinned before it is scored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from shared.core.errors import Corrupt
from shared.serving.deployment import Deployment

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class CorrectionNote:
    """Which version of window `base` a correction is, who requested it, and why."""

    base: str
    number: int
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class InShards:
    """That a window is scored in shards, and the size by which that was decided: its bytes, and its rows at most."""

    rows: int
    bytes: int


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """The content of `plan.json`: the inputs ("path@etag") and the deployment of a window, and the time of the plan.

    `corrects` is there when the window is a further version of another one, `in_shards` when it is a large one.
    """

    scenario: str
    window: str
    ordinal: int
    inputs: tuple[str, ...]
    deployment: Deployment
    planned_at: datetime
    corrects: CorrectionNote | None = None
    in_shards: InShards | None = None

    @property
    def base(self) -> str:
        """The first version of the window."""
        return self.corrects.base if self.corrects else self.window

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        plan = {
            "schema": SCHEMA,
            "scenario": self.scenario,
            "window": self.window,
            "ordinal": self.ordinal,
            "inputs": list(self.inputs),
            "deployment": self.deployment.pinned(),
            "planned_at": self.planned_at.isoformat(),
        }
        beside = {"corrects": self.corrects, "in_shards": self.in_shards}
        return {**plan, **{name: asdict(one) for name, one in beside.items() if one is not None}}

    def to_bytes(self) -> bytes:
        """The file; the commit of the window holds its sha256."""
        return (json.dumps(self.to_json(), indent=1) + "\n").encode()

    @classmethod
    def from_json(cls, value: Mapping[str, Any], path: str) -> WindowPlan:
        """Read `to_json` back; Corrupt, with the path, when the schema is unknown."""
        check_schema(value, path)
        pinned, corrects, in_shards = value["deployment"], value.get("corrects"), value.get("in_shards")
        return cls(
            scenario=value["scenario"],
            window=value["window"],
            ordinal=value["ordinal"],
            inputs=tuple(value["inputs"]),
            deployment=Deployment(**{**pinned, "at": datetime.fromisoformat(pinned["at"])}),
            planned_at=datetime.fromisoformat(value["planned_at"]),
            corrects=None if corrects is None else CorrectionNote(**corrects),
            in_shards=None if in_shards is None else InShards(**in_shards),
        )


def check_schema(value: Mapping[str, Any], path: str) -> None:
    """Corrupt when the file has a schema that this code does not know."""
    if value.get("schema") != SCHEMA:
        raise Corrupt(f"{path} has a schema this code does not know; it reads {SCHEMA}.")
