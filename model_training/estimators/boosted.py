"""Gradient boosting with LightGBM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from model_training.estimators.estimator import Estimator, Goal, Parameters
from model_training.estimators.exact import floor_lightgbm
from model_training.export.graph import INPUT, OPSET

_BINARY = 2
# Of fewer columns each tree sees all: one that decides must not be left out of many trees.
_MANY_COLUMNS = 8


@dataclass(frozen=True, slots=True)
class Boosted:
    """A LightGBM booster; `classes` is 0 for numbers."""

    booster: Any
    classes: int

    def predict(self, Z: np.ndarray) -> np.ndarray:
        """float32 (rows, width) to probabilities (rows, classes), or to numbers (rows, 1)."""
        answer = np.asarray(self.booster.predict(Z, num_threads=1))
        if not self.classes:
            return answer.reshape(-1, 1)
        return np.column_stack([1 - answer, answer]) if answer.ndim == 1 else answer

    def graph(self, width: int) -> Any:
        """An ONNX model whose thresholds are float32 values."""
        from onnxmltools import convert_lightgbm
        from onnxmltools.convert.common.data_types import FloatTensorType

        floored = floor_lightgbm(self.booster)
        inputs = [(INPUT, FloatTensorType([None, width]))]
        return convert_lightgbm(floored, "estimator", inputs, target_opset=OPSET[""], zipmap=False)


def lightgbm(Z: np.ndarray, y: np.ndarray, goal: Goal, parameters: Parameters) -> Estimator:
    """Gradient boosting; equal rows and seed give equal trees."""
    from lightgbm import Dataset, train

    settings = {
        "learning_rate": goal.effort.learning_rate,
        # Smaller trees on a part of the rows and columns learn less noise where rows are few, as in exploring.
        "num_leaves": 16,
        "min_data_in_leaf": 40,
        "lambda_l2": 1.0,
        "feature_fraction": 0.8 if Z.shape[1] >= _MANY_COLUMNS else 1.0,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        **parameters,
    }
    rounds = int(settings.pop("trees", goal.effort.trees))
    fixed = {
        **_objective(goal.classes),
        "use_missing": False,  # imputation leaves no missing values
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "seed": goal.seed,
        "verbosity": -1,
    }
    return Boosted(train({**settings, **fixed}, Dataset(Z, y), rounds), goal.classes)


def _objective(classes: int) -> dict[str, Any]:
    if not classes:
        return {"objective": "regression"}
    return {"objective": "binary"} if classes == _BINARY else {"objective": "multiclass", "num_class": classes}
