"""The ports of `serving`: loaded models, what is deployed, health, readings, the prediction log."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from shared.training.ports import TrainingPorts

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from shared.core.scenario import Scenario, Task
    from shared.serving.deployment import Deployment
    from shared.serving.health import Health
    from shared.serving.reading import Reading
    from shared.serving.rollout import Rollout
    from shared.serving.served import ServedRow
    from shared.training.input_contract import InputContract


@dataclass(frozen=True, slots=True)
class Provenance:
    """What every prediction row says about its origin; `model` is `name:version`, `dataset` what it was trained on."""

    run_id: str
    model: str
    model_sha256: str
    dataset: str
    scored_at: datetime


@dataclass(frozen=True, slots=True)
class BatchJob:
    """One window to score. Rows come from `table` when features were assembled, from `batches`, or from `sources`.

    `batches` are blocks of the scenario's scoring table, read once and in order. `sources` are (name, reader) of
    canonical Parquet files of that table.
    """

    scenario: Scenario
    window: str
    first_id: int
    provenance: Provenance
    sources: Sequence[tuple[str, BinaryIO]] = ()
    table: pa.Table | None = None
    batches: Iterable[pa.RecordBatch] | None = None


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What a batch wrote: `rows` predictions; `failed_rows` were left out."""

    rows: int
    failed_rows: int


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a model did in a process of its own: answers to its golden rows, and milliseconds (95th percentile)."""

    answers: tuple[tuple[float, ...], ...]
    load_ms: float
    row_ms: float


class LoadedModel(Protocol):
    """An ONNX model in memory."""

    @property
    def contract(self) -> InputContract:
        """What the model takes and answers."""
        ...

    @property
    def task(self) -> Task:
        """What its answers mean."""
        ...

    @property
    def thresholds(self) -> tuple[float, ...]:
        """The probabilities from which labels are predicted: of the second of two, or of each of several at once."""
        ...

    def matrix(self, values: np.ndarray) -> np.ndarray:
        """float32 (rows, features) in contract order to float32 answers (rows, labels).

        Answers are probabilities, of regression the number. A model of text takes cleaned strings (rows, 1).
        """
        ...

    def encode(self, table: pa.Table) -> np.ndarray:
        """Arrow columns to the matrix of the contract; Quarantined when a feature is absent."""
        ...

    def rows(self, rows: Sequence[Mapping[str, Any]], allowed: Collection[str] = (), first: int = 1) -> np.ndarray:
        """Rows of a request to answers like `matrix`; BadInput names the row and field that does not fit.

        Fields beyond the contract are refused unless they are in `allowed`. The first row is named as number `first`.
        """
        ...


class Scoring(Protocol):
    """Judges and loads models, and runs batches."""

    def inspect(self, onnx: bytes, contract: InputContract) -> None:
        """Walk the graph without running it; Refused says what a model may not contain or does not fit the contract."""
        ...

    def rehearse(self, onnx: bytes, manifest: Mapping[str, Any]) -> Rehearsal:
        """Load and ask the model in a process with limits; Refused says what it did instead of answering."""
        ...

    def load(self, onnx: bytes, manifest: Mapping[str, Any]) -> LoadedModel:
        """Load from bytes that passed `inspect` once; Corrupt when they are not what the manifest says."""
        ...

    def batch(self, model: LoadedModel, job: BatchJob, out: BinaryIO) -> BatchResult:
        """Stream the job's rows through the model into `out` as Parquet with page checksums, memory bounded.

        Equal rows and provenance give equal bytes. Quarantined when more rows fail than the scenario tolerates.
        """
        ...


class PredictionLog(Protocol):
    """A sample of what was asked and answered in real time."""

    def wanted(self) -> bool:
        """Whether this request belongs to the sample."""
        ...

    def add(self, rows: Sequence[ServedRow]) -> None:
        """Keep the rows of one request; they reach the lake later, and no request waits for it."""
        ...

    def flush(self) -> None:
        """Write what is kept, now."""
        ...


class Readings(Protocol):
    """The newest readings of each entity, whichever process took them in."""

    def keep(self, scenario: str, readings: Sequence[Reading], forget_before: datetime) -> None:
        """Store them; of two for the same entity and time the first stays. Older ones of these entities are dropped."""
        ...

    def window(self, scenario: str, entity: str, start: datetime, end: datetime) -> Sequence[Reading]:
        """The entity's readings from `start` to `end`, both included, in order of time."""
        ...


class HealthStore(Protocol):
    """What processes saw of the versions that answer, minute by minute."""

    def keep(self, seen: Sequence[Health]) -> None:
        """Store each; the same process and minute again replaces what it said before."""
        ...

    def since(self, scenario: str, environment: str, start: datetime) -> Sequence[Health]:
        """What was seen in minutes that begin at `start` or later."""
        ...


class DeploymentPointer(Protocol):
    """What is deployed, to read."""

    def current(self, scenario: str, environment: str | None = None) -> Deployment | None:
        """The newest generation in the environment (the scenario's last one where none is named), or None."""
        ...

    def list(self, scenario: str | None = None, environment: str | None = None) -> Sequence[Deployment]:
        """All generations in the environment (the last one where none is named), oldest first; "*": in all of them."""
        ...


class RolloutPointer(Protocol):
    """What is tried beside it, to read."""

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
