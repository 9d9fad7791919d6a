"""The record of an input file that was cut into shards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from shared.core.paths import shards_folder
from shared.datasets.rejects import Reject
from shared.prediction.shard import Shard
from shared.prediction.window_plan import SCHEMA, check_schema


@dataclass(frozen=True, slots=True)
class Piece:
    """The shards of an input ("path@etag"), the rows of it that were set aside, and how many were read."""

    input: str
    shards: tuple[Shard, ...]
    rejects: tuple[Reject, ...]
    read: int

    def to_bytes(self) -> bytes:
        """The record."""
        return json.dumps({"schema": SCHEMA, **asdict(self)}).encode()

    @classmethod
    def from_json(cls, value: Mapping[str, Any], path: str) -> Piece:
        """Read `to_bytes` back; Corrupt, with the path, when the schema is unknown."""
        check_schema(value, path)
        shards = tuple(Shard.from_json(one) for one in value["shards"])
        return cls(value["input"], shards, tuple(Reject(**one) for one in value["rejects"]), value["read"])


def piece_path(scenario: str, window: str, number: int) -> str:
    """Where the record of the plan's input of that number lies."""
    return f"{shards_folder(scenario, window)}inputs/{number:06d}.json"
