"""Where a prediction comes from and what a blob, dataset or model touched; corrections of windows scored before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.records import Commit, DatasetVersion, Deployment, Entry, Model, Run, Verdict


@dataclass(frozen=True, slots=True)
class Revision:
    """Which version of window `base` a committed window is, and what it was made of.

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
    """A further version of window `base`: the same window scored again on purpose, under a name of its own."""

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
class Scored:
    """A committed window as the state tells it, with the ids of its first and last prediction (None without rows)."""

    commit: Commit
    created_at: datetime | None
    revision: Revision
    superseded_at: datetime | None
    first_id: int | None
    last_id: int | None


@dataclass(frozen=True, slots=True)
class Trace:
    """One prediction back to the bytes it came from; what the state does not hold (any more) is None."""

    scenario: str
    prediction: Mapping[str, Any]
    window: Scored
    deployment: Deployment | None
    model: Model | None
    gate: Verdict | None
    run: Run | None
    dataset: DatasetVersion | None
    events: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Impact:
    """Everything a blob, a dataset version or a model had an effect on."""

    kind: str
    target: str
    events: tuple[Entry, ...]
    datasets: tuple[DatasetVersion, ...]
    runs: tuple[Run, ...]
    models: tuple[Model, ...]
    windows: tuple[Scored, ...]

    @property
    def predictions(self) -> int:
        """Rows of all windows."""
        return sum(window.commit.rows for window in self.windows)
