"""A model that is loaded and answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from shared.domain.contract import InputContract

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BatchJob:
    """One window to score: sources of one table, and what is written beside each prediction."""

    scenario: str
    window: str
    first_id: int
    table: pa.Table | None
    sources: Sequence[tuple[str, BinaryIO]]
    provenance: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What a batch wrote."""

    rows: int
    failed_rows: int


class LoadedModel(Protocol):
    """An ONNX model in memory, with its contract."""

    contract: InputContract

    def matrix(self, values: np.ndarray) -> np.ndarray:
        """float32 (rows, features) in contract order to float32 probabilities (rows, labels)."""
        ...

    def encode(self, table: pa.Table) -> np.ndarray:
        """Arrow columns to the float32 matrix of the contract; Quarantined when a feature is absent."""
        ...

    def rows(self, rows: Sequence[Mapping[str, Any]]) -> np.ndarray:
        """Rows of a request to probabilities; BadInput names the row and field that does not fit."""
        ...


class Scoring(Protocol):
    """Loads models and runs batches."""

    def load(self, onnx: bytes, manifest: Mapping[str, Any]) -> LoadedModel:
        """Load from bytes; Corrupt when sha256 or graph is not what the manifest says."""
        ...

    def batch(self, model: LoadedModel, job: BatchJob, out: BinaryIO) -> BatchResult:
        """Stream the job's rows through the model into `out` as Parquet with page checksums, memory bounded."""
        ...
