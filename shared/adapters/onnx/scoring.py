"""The scoring port on onnxruntime."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from shared.adapters.onnx import model as models
from shared.serving.ports import BatchJob, BatchResult, LoadedModel, Rehearsal
from shared.training.input_contract import InputContract

# Measured: larger blocks gain a little with linear models and leave a core idle at the end of small windows.
BLOCK_ROWS = 32_768


@dataclass(frozen=True, slots=True)
class OnnxScoring:
    """Scores with onnxruntime: a thread per core, each running the model on its own block of rows."""

    workers: int = field(default_factory=lambda: os.process_cpu_count() or 1)
    block_rows: int = BLOCK_ROWS

    def inspect(self, onnx: bytes, contract: InputContract) -> None:
        """Walk the graph without running it; Refused says what does not belong there."""
        from shared.adapters.onnx.inspection import inspect

        inspect(onnx, contract)

    def rehearse(self, onnx: bytes, manifest: Mapping[str, Any]) -> Rehearsal:
        """Load and ask the model in a process with limits; Refused says what it did instead of answering."""
        from shared.adapters.onnx.rehearsal import Limits, rehearse

        return rehearse(onnx, manifest, Limits())

    def load(self, onnx: bytes, manifest: Mapping[str, Any]) -> models.OnnxModel:
        """Load from bytes; Corrupt when sha256 or signature is not what the manifest says."""
        return models.load(onnx, manifest)

    def batch(self, model: LoadedModel, job: BatchJob, out: BinaryIO) -> BatchResult:
        """Stream the job's rows through the model into `out` as Parquet, memory bounded."""
        from shared.adapters.onnx.batch import run

        return run(model, job, out, workers=self.workers, block_rows=self.block_rows)
