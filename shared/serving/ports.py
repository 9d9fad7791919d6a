"""The ports of `serving`: loaded models, the deployment pointer, health, readings, the prediction log."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from shared.serving.strange_values import NOTHING, StrangeValues
from shared.training.ports import TrainingPorts

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from shared.core.scenario import Scenario, Task
    from shared.serving.deployment import Deployment
    from shared.serving.health import Health
    from shared.serving.logged_request import LoggedRequest
    from shared.serving.reading import Reading
    from shared.serving.rollout import Rollout
    from shared.training.input_contract import InputContract
    from shared.training.unlearned.learned_ranges import LearnedRanges


@dataclass(frozen=True, slots=True)
class Provenance:
    """The origin that every prediction row names; `model` is `name:version`, `dataset` what it was trained on."""

    run_id: str
    model: str
    model_sha256: str
    dataset: str
    scored_at: datetime


@dataclass(frozen=True, slots=True)
class BatchJob:
    """One window to score. Rows come from `table` when features were assembled, from `batches`, or from `sources`.

    `batches` are blocks of the scenario's scoring table, read once and in order. `sources` are (name, reader) of
    canonical Parquet files of that table. A part of a window begins at its row `first_row` (from 0) and is not judged:
    whether too much failed is known of the whole.
    """

    scenario: Scenario
    window: str
    first_id: int
    provenance: Provenance
    sources: Sequence[tuple[str, BinaryIO]] = ()
    table: pa.Table | None = None
    batches: Iterable[pa.RecordBatch] | None = None
    first_row: int = 0
    is_part: bool = False


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What a batch wrote: `rows` predictions, without the `failed_rows`, and what the model did not learn from.

    `first_failed` is the number (from 1, in the window) of the first row that failed, 0 without any.
    """

    rows: int
    failed_rows: int
    strange: StrangeValues = NOTHING
    first_failed: int = 0


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A model's run in a process of its own: answers to its golden rows, and milliseconds (95th percentile)."""

    answers: tuple[tuple[float, ...], ...]
    load_ms: float
    row_ms: float


class LoadedModel(Protocol):
    """An ONNX model in memory."""

    @property
    def contract(self) -> InputContract:
        """The features that the model takes and the labels that it answers."""
        ...

    @property
    def task(self) -> Task:
        """The task, which gives the answers their meaning."""
        ...

    @property
    def thresholds(self) -> tuple[float, ...]:
        """The probabilities from which a label is predicted: of the second of two, or of each of more."""
        ...

    @property
    def learned(self) -> LearnedRanges:
        """The ranges of the numbers that the model learned from."""
        ...

    def score_matrix(self, values: np.ndarray) -> np.ndarray:
        """float32 (rows, features) in contract order to float32 answers (rows, labels).

        Answers are probabilities, of regression the number. A model of text takes cleaned strings (rows, 1).
        """
        ...

    def encode(self, table: pa.Table) -> np.ndarray:
        """Arrow columns to the matrix of the contract; Quarantined when a feature is absent."""
        ...

    def score_rows(
        self, rows: Sequence[Mapping[str, Any]], allowed: Collection[str] = (), first: int = 1
    ) -> np.ndarray:
        """Rows of a request to answers like `score_matrix`; BadInput names the row and field that does not fit.

        Fields beyond the contract are refused unless they are in `allowed`. The first row is named as number `first`.
        """
        ...


class Scoring(Protocol):
    """Judges and loads models, and runs batches."""

    def inspect(self, onnx: bytes, contract: InputContract) -> None:
        """Walk the graph without running it; Refused names what is not allowed or does not fit the contract."""
        ...

    def rehearse(self, onnx: bytes, manifest: Mapping[str, Any]) -> Rehearsal:
        """Load and run the model in a process with limits; Refused says what it did instead of answering."""
        ...

    def load(self, onnx: bytes, manifest: Mapping[str, Any]) -> LoadedModel:
        """Load from bytes that passed `inspect` once; Corrupt when they do not fit the manifest."""
        ...

    def batch(self, model: LoadedModel, job: BatchJob, out: BinaryIO) -> BatchResult:
        """Stream the job's rows through the model into `out` as Parquet with page checksums, memory bounded.

        Equal rows and provenance give equal bytes. Quarantined when more rows fail than the scenario tolerates.
        """
        ...


class PredictionLog(Protocol):
    """The log of a sample of the real-time requests and their answers."""

    def should_sample(self) -> bool:
        """Whether this request belongs to the sample."""
        ...

    def add(self, request: LoggedRequest) -> None:
        """Log the rows of a request; they are made and reach the lake later, and no request waits for it."""
        ...

    def flush(self) -> None:
        """Write the logged rows to the lake now."""
        ...


class Readings(Protocol):
    """The newest readings of each entity, whichever process received them."""

    def keep(self, scenario: str, readings: Sequence[Reading], received_at: datetime, forget_before: datetime) -> None:
        """Store them; the newest for an entity and time replaces an earlier one.

        Readings of these entities that were received before `forget_before` leave, whatever their own time is.
        """
        ...

    def window(self, scenario: str, entity: str, start: datetime, end: datetime) -> Sequence[Reading]:
        """The entity's readings from `start` to `end`, both included, in order of time."""
        ...


class HealthStore(Protocol):
    """The counts of each version and process, minute by minute."""

    def keep(self, health: Sequence[Health]) -> None:
        """Store each; the same process and minute replaces its earlier counts."""
        ...

    def since(self, scenario: str, environment: str, start: datetime) -> Sequence[Health]:
        """The counts of the minutes that begin at `start` or later."""
        ...


class DeploymentPointer(Protocol):
    """The deployment pointer, read only."""

    def current(self, scenario: str, environment: str | None = None) -> Deployment | None:
        """The newest generation in the environment (the scenario's last one where none is named), or None."""
        ...

    def list(self, scenario: str | None = None, environment: str | None = None) -> Sequence[Deployment]:
        """All generations in the environment (the last one where none is named), oldest first; "*": in all of them."""
        ...


class RolloutPointer(Protocol):
    """The rollouts, read only."""

    def current(self, scenario: str, environment: str) -> Rollout | None:
        """The newest change of the newest rollout there, or None."""
        ...


@dataclass(frozen=True, slots=True)
class ServingBundle:
    """The ports of answering requests."""

    scoring: Scoring
    deployments: DeploymentPointer
    rollouts: RolloutPointer
    health: HealthStore
    readings: Readings
    log: PredictionLog


class ServingPorts(TrainingPorts, Protocol):
    """What a workflow of `serving` takes: its own ports and those of the rooms below."""

    @property
    def serving(self) -> ServingBundle:
        """The ports of answering requests."""
        ...
