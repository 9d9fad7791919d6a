"""A window of inputs that are predicted together, and the commit that says that its predictions count."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.core.blob import Blob
from shared.core.wording import counted
from shared.prediction.window_plan import SCHEMA, check_schema


class WindowState(StrEnum):
    """How far a window is."""

    PLANNED = "planned"
    COMMITTED = "committed"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Window:
    """Inputs that are predicted together. `ordinal` counts per scenario from 1 and makes prediction ids ordered."""

    scenario: str
    id: str
    ordinal: int
    inputs: tuple[str, ...]
    state: WindowState
    created_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CommittedFile:
    """A prediction file of a commit; its ids begin at that of row `first_row` of the window (from 0)."""

    path: str
    sha256: str
    rows: int
    failed_rows: int = 0
    first_row: int = 0


@dataclass(frozen=True, slots=True)
class Commit:
    """The commit of a window: the content of `_COMMIT.json`, and a row of `prediction_commit`.

    A window that was scored in shards has a file for each: `path` is their folder then, `sha256` that of all together.

    `unknown_values` and `far_values` say by column how many values the model did not learn from (`job=3, month=1`).
    `rejected_rows` says by cause how many rows were set aside and not scored (`short_history=216`).
    `ignored_columns` names columns of the files that were not read (`y`).
    """

    scenario: str
    window: str
    ordinal: int
    path: str
    sha256: str
    rows: int
    failed_rows: int
    plan_sha256: str
    model: str
    model_sha256: str
    run: str
    dataset: str
    scored_at: datetime
    unknown_values: str = ""
    far_values: str = ""
    rejected_rows: str = ""
    ignored_columns: str = ""
    # In the lake alone: a commit read from SQL names none.
    shards: tuple[CommittedFile, ...] = field(default=(), compare=False)

    @property
    def is_sharded(self) -> bool:
        """Whether the window has a file for each of its shards."""
        return self.path.endswith("/")

    @property
    def files(self) -> tuple[CommittedFile, ...]:
        """The prediction files in the order of their rows."""
        if self.is_sharded:
            return self.shards
        return (CommittedFile(self.path, self.sha256, self.rows, self.failed_rows),)

    def row(self) -> dict[str, Any]:
        """The row of SQL."""
        return {name: value for name, value in asdict(replace(self, shards=())).items() if name != "shards"}

    @property
    def sentence(self) -> str:
        """What the history says of it first."""
        return f"{counted(self.rows, 'row was', 'rows were')} predicted with {self.model}; {self.failed_rows} failed."

    def to_bytes(self) -> bytes:
        """The file `_COMMIT.json`."""
        shards = {"shards": [asdict(one) for one in self.shards]} if self.shards else {}
        value = {"schema": SCHEMA, **self.row(), "scored_at": self.scored_at.isoformat(), **shards}
        return (json.dumps(value, indent=1) + "\n").encode()

    @classmethod
    def from_json(cls, value: Mapping[str, Any], path: str) -> Commit:
        """The content of a `_COMMIT.json`; Corrupt, with the path, when the schema is unknown."""
        check_schema(value, path)
        facts = {name: fact for name, fact in value.items() if name != "schema"}
        shards = tuple(CommittedFile(**one) for one in facts.get("shards", ()))
        return cls(**{**facts, "scored_at": datetime.fromisoformat(facts["scored_at"]), "shards": shards})


def input_key(blob: Blob) -> str:
    """How a window names an input: `path@etag`."""
    return f"{blob.path}@{blob.etag}"


def split_input(key: str) -> tuple[str, str]:
    """The path and the ETag of an input."""
    path, _, etag = key.rpartition("@")
    return path, etag
