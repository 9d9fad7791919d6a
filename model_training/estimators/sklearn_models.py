"""scikit-learn models behind the project's Estimator protocol."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from model_training.export.graph import INPUT, OPSET


@dataclass(frozen=True, slots=True)
class Sklearn:
    """A fitted scikit-learn model; `floor` makes thresholds float32 where its converter does not."""

    model: Any
    floor: Callable[[Any], Any] | None = None

    def predict(self, Z: np.ndarray) -> np.ndarray:
        """float32 (rows, width) to probabilities (rows, classes), or to numbers (rows, 1)."""
        if hasattr(self.model, "predict_proba"):
            return np.asarray(self.model.predict_proba(Z))
        return np.asarray(self.model.predict(Z)).reshape(-1, 1)

    def graph(self, width: int) -> Any:
        """An ONNX model whose thresholds are float32 values."""
        from skl2onnx import to_onnx
        from skl2onnx.common.data_types import FloatTensorType

        model = self.floor(self.model) if self.floor else self.model
        inputs = [(INPUT, FloatTensorType([None, width]))]
        options = {"zipmap": False} if hasattr(model, "predict_proba") else {}
        with warnings.catch_warnings():
            # The converter writes booleans where the format has integers; protobuf warns about each.
            warnings.simplefilter("ignore")
            return to_onnx(model, initial_types=inputs, options=options, target_opset=dict(OPSET), name="estimator")
