"""The ports of `training`: runs and who works on them, the registry, schedules."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from shared.profiles.ports import ProfilesPorts

if TYPE_CHECKING:
    from shared.core.scenario import Scenario
    from shared.datasets.version import DatasetVersion
    from shared.training.model import Artefact, Model
    from shared.training.options.run_options import RunOptions
    from shared.training.run import Run, RunProgress, RunState
    from shared.training.schedule import Schedule


@dataclass(frozen=True, slots=True)
class JobOrder:
    """What a training job elsewhere is made from; `tables`, `model` and `parts` are addresses of folders in the lake.

    `parts` holds what the manifest in `tables` names; empty for a version of the format before, with its files there.
    `contract` is a file with what was accepted beyond the declared contract; empty when nothing was.
    """

    run: Run
    dataset: DatasetVersion
    scenario: Scenario
    tables: str
    model: str
    parts: str = ""
    contract: str = ""


class Trainer(Protocol):
    """Starts the training of a run outside this process."""

    def submit(self, run: Run) -> None:
        """Start the run; starting the same attempt twice starts it once."""
        ...

    def started(self, run: Run) -> bool:
        """Whether this attempt of the run was ever started."""
        ...

    def alive(self, run: Run) -> bool:
        """Whether the run's worker still works."""
        ...

    def cancel(self, run: Run) -> None:
        """End the run's worker, whichever attempt works; nothing when none does."""
        ...

    def result(self, run: Run) -> Artefact | None:
        """The model of a worker that cannot reach the registry itself; None while there is none."""
        ...


class RunOutput(Protocol):
    """What the worker of a run tells while it works."""

    def progress(self, run_id: str) -> RunProgress | None:
        """How far it is; None while nothing is known, and where workers do not tell."""
        ...

    def log(self, run_id: str, lines: int) -> Sequence[str]:
        """The last lines of its log, oldest first; none where it cannot be read from here."""
        ...

    def place(self, run: Run) -> str:
        """Where people find the whole log of the run's present attempt; empty when there is none."""
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
        """Record the state of a version: `accepted`, `refused` or `undecided`."""
        ...


class Runs(Protocol):
    """Training runs; one per request key."""

    def request(self, run: Run) -> Run:
        """Keep it; when the request key is known the existing run is returned."""
        ...

    def move(
        self, run_id: str, expected: RunState, state: RunState, reason: str, *, attempts: int | None = None
    ) -> bool:
        """Compare-and-set of the state; False when it was not `expected`."""
        ...

    def find(self, run_id: str) -> Run | None:
        """The run, or None."""
        ...

    def list(
        self, scenario: str | None = None, *, dataset: str = "", states: Collection[RunState] = (), ending: str = ""
    ) -> Sequence[Run]:
        """Runs, oldest first: all, or those of a dataset, in one of these states, whose request key ends so."""
        ...

    def newest(self, scenario: str) -> Run | None:
        """The last run of `list`, or None."""
        ...

    def datasets(self, scenario: str) -> Sequence[str]:
        """The dataset of each run, in the order of `list`."""
        ...


class Schedules(Protocol):
    """Schedules; one per scenario and name, for good."""

    def add(self, schedule: Schedule) -> Schedule:
        """Keep it; when the name is known the existing schedule is returned."""
        ...

    def find(self, scenario: str, name: str) -> Schedule | None:
        """The schedule, or None."""
        ...

    def list(self, scenario: str | None = None, due: datetime | None = None) -> Sequence[Schedule]:
        """All schedules by the time they were made; with `due` those that are active and due by then."""
        ...

    def change(self, expected: Schedule, changed: Schedule) -> bool:
        """Compare-and-set by state and occurrence; False when it is no longer as `expected`."""
        ...


@dataclass(frozen=True, slots=True)
class TrainingBundle:
    """The ports of training; `profile` names how much effort a run takes unless it says otherwise.

    `options` are those of the settings, by scenario.
    """

    runs: Runs
    registry: Registry
    trainer: Trainer
    output: RunOutput
    schedules: Schedules
    profile: str
    options: Mapping[str, RunOptions] = field(default_factory=dict)


class TrainingPorts(ProfilesPorts, Protocol):
    """What a workflow of `training` takes: its own ports and those of the rooms below."""

    @property
    def training(self) -> TrainingBundle:
        """The ports of training; `profile` names how much effort a run takes unless it says otherwise."""
        ...
