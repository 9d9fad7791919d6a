"""What every estimator has in common: it is fitted on a float32 matrix and becomes an ONNX graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from model_training.estimators.profiles import Effort

Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Goal:
    """What an estimator learns: one of `classes`, or a number when there are none."""

    classes: int
    effort: Effort
    seed: int


class Estimator(Protocol):
    """A fitted classifier or regressor."""

    def predict(self, Z: np.ndarray) -> np.ndarray:
        """float32 (rows, width) to probabilities (rows, classes), or to numbers (rows, 1)."""
        ...

    def graph(self, width: int) -> Any:
        """An ONNX model from the tensor INPUT whose last output is what `predict` answers."""
        ...


# Of encoded rows as the kind of estimator takes them, and their answers.
Fit = Callable[[Any, np.ndarray, Goal, Parameters], Estimator]
