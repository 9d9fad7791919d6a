"""The kinds of estimators that compete, each fitted on a float32 matrix and convertible to an ONNX graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from model_training.estimators.candidates import Parameters
from shared.core.errors import Refused
from shared.core.scenario import Task


@dataclass(frozen=True, slots=True)
class Effort:
    """How much a profile spends.

    Trees of each candidate; trials, seconds and trials without gain of the tuning; folds of the last comparison.
    """

    trees: int
    learning_rate: float
    trials: int = 0
    seconds: float = 0.0
    patience: int = 10
    folds: int = 0


PROFILES: Mapping[str, Effort] = {
    "demo": Effort(40, 0.15),
    "default": Effort(200, 0.04, trials=24, seconds=150, folds=3),
}


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


Fit = Callable[[np.ndarray, np.ndarray, Goal, Parameters], Estimator]
# These see one column per category; trees split codes well enough.
ONE_HOT = frozenset({"logistic", "ridge", "linear"})
# What a better candidate has to beat clearly to be worth its size, the first that competes.
REFERENCES = ("logistic", "ridge", "linear")


def fits(task: Task) -> Mapping[str, Fit]:
    """What can be fitted for the task, by name."""
    from model_training.estimators import boosted, forests, linear

    trees = {
        "lightgbm": boosted.lightgbm,
        "boosting": forests.boosting,
        "forest": forests.forest,
        "extra_trees": forests.extra_trees,
    }
    if task == "regression":
        return trees | {"ridge": linear.ridge, "linear": linear.linear}
    return trees | {"logistic": linear.logistic}


def check_names(names: Sequence[str], scenario: str, task: Task) -> None:
    """Refused names the first candidate that the task does not know, and those it knows."""
    known = fits(task)
    for name in names:
        if name not in known:
            accepted = ", ".join(sorted(known))
            raise Refused(f"Scenario {scenario!r} lists the candidate {name!r}; accepted for {task}: {accepted}.")
