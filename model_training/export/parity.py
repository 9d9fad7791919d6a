"""Parity: a graph may be deployed only when it answers like the framework the model was trained in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model_training.export.graph import run
from shared.core.scenario import Task
from shared.core.wording import counted

# Float32 sums of a few hundred leaves stay well below this; for numbers it is relative to the largest answer.
TOLERANCE = 1e-5


@dataclass(frozen=True, slots=True)
class Parity:
    """How far the graph's answers differ from the framework's on `rows` rows; `largest` is the largest answer."""

    rows: int
    label_flips: int
    max_difference: float
    largest: float = 1.0

    @property
    def problem(self) -> str:
        """Why the graph may not be deployed; empty when it may."""
        accepted = TOLERANCE * max(self.largest, 1.0)
        if self.label_flips == 0 and self.max_difference <= accepted:
            return ""
        return (
            f"ONNX differs from the framework on {counted(self.rows, 'row')}: "
            f"{counted(self.label_flips, 'label flip')}, "
            f"largest difference {self.max_difference:.2g}; accepted: none and {accepted:g}."
        )


def compare(expected: np.ndarray, onnx: bytes, X: np.ndarray, task: Task) -> Parity:
    """Parity over the rows of X (rows, features), for which the framework answers `expected` (rows, columns)."""
    actual = run(onnx, X)
    difference = float(np.abs(expected - actual).max(initial=0.0))
    if task == "regression":
        return Parity(len(X), 0, difference, float(np.abs(expected).max(initial=0.0)))
    return Parity(len(X), int((_predicted(expected, task) != _predicted(actual, task)).sum()), difference)


def _predicted(answers: np.ndarray, task: Task) -> np.ndarray:
    # A label of several is predicted when it is more likely than not.
    return np.asarray(answers >= 0.5 if task == "multilabel" else answers.argmax(axis=1))  # noqa: PLR2004 - as the comment says
