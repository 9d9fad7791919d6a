"""Shards: the pieces of a large window, each scored on its own, once in effect, by whatever engine there is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from shared.core.paths import shards_folder
from shared.prediction.window_plan import SCHEMA, check_schema
from shared.serving.ports import Provenance
from shared.serving.strange_values import StrangeValues
from shared.training.unlearned.unknown_values import Unknown

_NAME = re.compile(r"score-(?P<scenario>[a-z0-9_]+)-(?P<ordinal>\d+)-(?P<plan>[0-9a-f]{8})-(?P<attempt>\d+)")


@dataclass(frozen=True, slots=True)
class ShardFile:
    """A file of a shard: the normalised rows of one table."""

    table: str
    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Shard:
    """A piece of a window; its first row is row `first_row` of the window (from 0), whoever scores it."""

    number: int
    first_row: int
    rows: int
    files: tuple[ShardFile, ...]

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Shard:
        """The content of a description."""
        return cls(**{**value, "files": tuple(ShardFile(**one) for one in value["files"])})


@dataclass(frozen=True, slots=True)
class ScoredShard:
    """What scoring made of a shard: its prediction file, and what a window is judged by.

    `first_failed` is the window's number (from 1) of the first row that failed, 0 without any. `short` rows had too
    short a history.
    """

    number: int
    first_row: int
    path: str
    sha256: str
    size: int
    rows: int
    failed_rows: int
    first_failed: int
    short: int
    strange: StrangeValues

    def to_bytes(self) -> bytes:
        """The receipt."""
        strange = {
            "unknown": {name: asdict(one) for name, one in self.strange.unknown.items()},
            "far": dict(self.strange.far),
            "marked": sorted(self.strange.marked),
        }
        facts = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps({"schema": SCHEMA, **facts, "strange": strange}).encode()

    @classmethod
    def from_json(cls, value: Mapping[str, Any], path: str) -> ScoredShard:
        """Read `to_bytes` back; Corrupt, with the path, when the schema is unknown."""
        check_schema(value, path)
        facts = {name: fact for name, fact in value.items() if name != "schema"}
        told = facts["strange"]
        unknown = {
            name: Unknown(**{**one, "examples": tuple(one["examples"])}) for name, one in told["unknown"].items()
        }
        return cls(**{**facts, "strange": StrangeValues(unknown, told["far"], frozenset(told["marked"]))})


@dataclass(frozen=True, slots=True)
class ShardWork:
    """An attempt of an engine: shards to score, the graph that scores them, and the origin that each row names."""

    scenario: str
    window: str
    ordinal: int
    attempt: int
    plan_sha256: str
    first_id: int
    onnx: str
    manifest: str
    provenance: Provenance
    shards: tuple[Shard, ...]
    at: datetime
    # Of a correction the first version of the window.
    base: str = ""

    @property
    def name(self) -> str:
        """The name of the attempt's job."""
        return f"score-{self.scenario}-{self.ordinal}-{self.plan_sha256[:8]}-{self.attempt}"

    @property
    def path(self) -> str:
        """Where the attempt is described in the lake."""
        return f"{shards_folder(self.scenario, self.window)}work/{self.attempt:06d}.json"

    def to_bytes(self) -> bytes:
        """The description that an engine's driver reads."""
        origin = {**asdict(self.provenance), "scored_at": self.provenance.scored_at.isoformat()}
        facts = {name: getattr(self, name) for name in self.__slots__}
        made = {**facts, "provenance": origin, "shards": [asdict(one) for one in self.shards]}
        if not self.base:
            # A job whose code is older knows nothing of it.
            del made["base"]
        return json.dumps({"schema": SCHEMA, **made, "at": self.at.isoformat()}, indent=1).encode()

    @classmethod
    def from_json(cls, value: Mapping[str, Any], path: str) -> ShardWork:
        """Read `to_bytes` back; Corrupt, with the path, when the schema is unknown."""
        check_schema(value, path)
        facts = {name: fact for name, fact in value.items() if name != "schema"}
        origin = facts["provenance"]
        return cls(
            **{
                **facts,
                "provenance": Provenance(**{**origin, "scored_at": datetime.fromisoformat(origin["scored_at"])}),
                "shards": tuple(Shard.from_json(one) for one in facts["shards"]),
                "at": datetime.fromisoformat(facts["at"]),
            }
        )


def named_window(name: str) -> tuple[str, int] | None:
    """The scenario and the number of the window that a job of that name scores; None for another name."""
    found = _NAME.fullmatch(name)
    return None if found is None else (found["scenario"], int(found["ordinal"]))


def receipts_folder(scenario: str, window: str) -> str:
    """Where the receipts of scored shards lie, one file a shard."""
    return f"{shards_folder(scenario, window)}scored/"


def receipt_path(scenario: str, window: str, number: int) -> str:
    """Where the receipt of a shard lies: with it the shard counts."""
    return f"{receipts_folder(scenario, window)}{number:06d}.json"


def problem_path(work: ShardWork, number: int) -> str:
    """Where a worker says why it could not score a shard."""
    return f"{problems_folder(work)}{number:06d}.json"


def problems_folder(work: ShardWork) -> str:
    """Where the problems of an attempt lie."""
    return f"{shards_folder(work.scenario, work.window)}problems/{work.attempt:06d}/"
