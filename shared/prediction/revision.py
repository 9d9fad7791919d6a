"""Versions of a window: a committed window is the first version of its rows, or a correction of another window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.prediction.window import Commit
from shared.serving.deployment import Deployment


@dataclass(frozen=True, slots=True)
class Revision:
    """Which version of window `base` a committed window is, and the inputs and deployment behind it.

    `inputs` are all files its plan pinned ("path@etag"), `generation` the deployment that scored it (0: a model named
    by hand). Reports see it from `committed_at` on, until a later version of the same window is committed.
    """

    base: str
    number: int
    committed_at: datetime
    inputs: tuple[str, ...] = ()
    generation: int = 0


@dataclass(frozen=True, slots=True)
class Correction:
    """A further version of window `base`: the same window scored again on request, under a name of its own."""

    scenario: str
    window: str
    base: str
    number: int
    inputs: tuple[str, ...]
    deployment: Deployment
    by: str
    reason: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ScoredWindow:
    """A committed window as SQL holds it, with the ids of its first and last prediction (None without rows)."""

    commit: Commit
    created_at: datetime | None
    revision: Revision
    superseded_at: datetime | None
    first_id: int | None
    last_id: int | None
