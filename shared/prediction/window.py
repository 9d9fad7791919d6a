"""Window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Window:
    """Inputs that are predicted together. `ordinal` counts per scenario from 1 and makes prediction ids ordered."""

    scenario: str
    id: str
    ordinal: int
    inputs: tuple[str, ...]
    state: Literal["planned", "committed", "quarantined"]
    created_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Commit:
    """A window that is true: the content of `_COMMIT.json`, and a row of `prediction_commit`."""

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
