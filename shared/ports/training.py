"""Training runs elsewhere; the registry keeps what it produced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.domain.records import Artefact, DatasetVersion, Model, Run
from shared.domain.scenario import Scenario


@dataclass(frozen=True, slots=True)
class JobOrder:
    """What a training job elsewhere is made from; `tables` and `model` are addresses of folders in the lake."""

    run: Run
    dataset: DatasetVersion
    scenario: Scenario
    tables: str
    model: str


class Trainer(Protocol):
    """Starts the training of a run outside this process."""

    def submit(self, run: Run) -> None:
        """Start the run; starting the same attempt twice starts it once."""
        ...

    def started(self, run: Run) -> bool:
        """Whether this attempt of the run was ever started."""
        ...

    def alive(self, run: Run) -> bool:
        """Whether the run's worker still works (a lost one is noticed by asking)."""
        ...

    def cancel(self, run: Run) -> None:
        """End the run's worker, whichever attempt works; nothing when none does."""
        ...

    def result(self, run: Run) -> Artefact | None:
        """What a worker that cannot reach the registry left behind when it ended well; None when nothing is left."""
        ...


class Registry(Protocol):
    """Model versions. Registering is what raises ModelRegistered."""

    def register(self, artefact: Artefact) -> Model:
        """Store the artefact under the next version; registering the same run again returns the same model."""
        ...

    def find(self, name: str, version: int) -> Model | None:
        """The model version, or None when the registry does not show it (yet)."""
        ...

    def list(self, name: str | None = None) -> Sequence[Model]:
        """All model versions, oldest first."""
        ...

    def judge(self, model: Model, state: str) -> None:
        """Record what became of a version: `accepted` or `refused`."""
        ...
