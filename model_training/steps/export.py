"""A fitted pipeline becomes ONNX, and is only kept when it answers like the framework it was trained in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model_training.graph import join, run
from model_training.steps.explore import Candidate, Pipeline
from model_training.steps.prepare import Prepared
from shared.errors import Refused

# Float32 sums of a few hundred leaves stay well below this.
TOLERANCE = 1e-5


@dataclass(frozen=True, slots=True)
class Parity:
    """How far the graph's answers are from the framework's over `rows` rows."""

    rows: int
    label_flips: int
    max_difference: float

    @property
    def problem(self) -> str:
        """Why the graph may not be deployed; empty when it may."""
        if self.label_flips == 0 and self.max_difference <= TOLERANCE:
            return ""
        return (
            f"ONNX differs from the framework on {self.rows} rows: {self.label_flips} label flips, "
            f"largest difference {self.max_difference:.2g}; accepted: none and {TOLERANCE:g}."
        )


@dataclass(frozen=True, slots=True)
class Exported:
    """A candidate's graph and its parity; `problem` says why it cannot be deployed."""

    candidate: Candidate
    onnx: bytes
    parity: Parity
    problem: str


def export_best(candidates: Sequence[Candidate], prepared: Prepared) -> tuple[Exported, Sequence[Exported]]:
    """The first candidate whose graph is exact, and every export in the given order; Refused when none is."""
    exports = [export(candidate, prepared) for candidate in candidates]
    best = next((exported for exported in exports if not exported.problem), None)
    if best is None:
        raise Refused("No candidate can be deployed. " + " ".join(exported.problem for exported in exports))
    return best, exports


def export(candidate: Candidate, prepared: Prepared) -> Exported:
    """The candidate as ONNX, compared with the framework on every test row."""
    onnx = to_onnx(candidate.pipeline, prepared.X.shape[1], len(prepared.contract.labels))
    parity = compare(candidate.pipeline, onnx, prepared.X[prepared.parts.test])
    problem = f"{candidate.pipeline.name}: {parity.problem}" if parity.problem else ""
    return Exported(candidate, onnx, parity, problem)


def to_onnx(pipeline: Pipeline, features: int, classes: int) -> bytes:
    """The whole pipeline as one serialised graph."""
    estimator = pipeline.estimator.graph(pipeline.preprocess.width)
    return join(pipeline.preprocess, estimator, features, classes)


def compare(pipeline: Pipeline, onnx: bytes, X: np.ndarray) -> Parity:
    """Parity over the rows of X (rows, features)."""
    expected, answered = pipeline.predict(X), run(onnx, X)
    flips = int((expected.argmax(axis=1) != answered.argmax(axis=1)).sum())
    return Parity(len(X), flips, float(np.abs(expected - answered).max(initial=0.0)))
