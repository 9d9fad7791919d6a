"""The kinds of estimators that compete, each fitted on a float32 matrix and convertible to an ONNX graph."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from model_training.exact import floor_histogram_boosting, floor_lightgbm

# Conservative on purpose: every runtime of the last years loads these.
OPSET = {"": 15, "ai.onnx.ml": 3}
INPUT = "features"


@dataclass(frozen=True, slots=True)
class Effort:
    """How much a profile spends on each candidate."""

    trees: int
    learning_rate: float


PROFILES: Mapping[str, Effort] = {"demo": Effort(40, 0.15), "default": Effort(200, 0.04)}


class Estimator(Protocol):
    """A fitted classifier."""

    def predict(self, Z: np.ndarray) -> np.ndarray:
        """float32 (rows, width) to probabilities (rows, classes)."""
        ...

    def graph(self, width: int) -> Any:
        """An ONNX model from the tensor INPUT to labels and probabilities."""
        ...


Fit = Callable[[np.ndarray, np.ndarray, int, Effort, int], Estimator]


@dataclass(frozen=True, slots=True)
class Boosted:
    """A LightGBM booster."""

    booster: Any

    def predict(self, Z: np.ndarray) -> np.ndarray:
        """float32 (rows, width) to probabilities (rows, classes)."""
        answer = np.asarray(self.booster.predict(Z, num_threads=1))
        return np.column_stack([1 - answer, answer]) if answer.ndim == 1 else answer

    def graph(self, width: int) -> Any:
        """An ONNX model whose thresholds are float32 values."""
        from onnxmltools import convert_lightgbm
        from onnxmltools.convert.common.data_types import FloatTensorType

        floored = floor_lightgbm(self.booster)
        inputs = [(INPUT, FloatTensorType([None, width]))]
        return convert_lightgbm(floored, "estimator", inputs, target_opset=OPSET[""], zipmap=False)


@dataclass(frozen=True, slots=True)
class Sklearn:
    """A fitted scikit-learn classifier; `floor` where its converter does not see to the thresholds."""

    model: Any
    floor: Callable[[Any], Any] | None = None

    def predict(self, Z: np.ndarray) -> np.ndarray:
        """float32 (rows, width) to probabilities (rows, classes)."""
        return np.asarray(self.model.predict_proba(Z))

    def graph(self, width: int) -> Any:
        """An ONNX model whose thresholds are float32 values."""
        from skl2onnx import to_onnx
        from skl2onnx.common.data_types import FloatTensorType

        model = self.floor(self.model) if self.floor else self.model
        inputs = [(INPUT, FloatTensorType([None, width]))]
        options = {"zipmap": False}
        with warnings.catch_warnings():
            # The converter writes booleans where the format has integers; protobuf warns about each.
            warnings.simplefilter("ignore")
            return to_onnx(model, initial_types=inputs, options=options, target_opset=dict(OPSET), name="estimator")


def _lightgbm(Z: np.ndarray, y: np.ndarray, classes: int, effort: Effort, seed: int) -> Estimator:
    import lightgbm

    task = {"objective": "binary"} if classes == 2 else {"objective": "multiclass", "num_class": classes}  # noqa: PLR2004 - two classes
    parameters = {
        **task,
        "learning_rate": effort.learning_rate,
        "num_leaves": 31,
        "min_data_in_leaf": 40,
        "lambda_l2": 1.0,
        "use_missing": False,  # nothing is missing after imputation
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "seed": seed,
        "verbosity": -1,
    }
    return Boosted(lightgbm.train(parameters, lightgbm.Dataset(Z, y), effort.trees))


def _logistic(Z: np.ndarray, y: np.ndarray, _classes: int, _effort: Effort, seed: int) -> Estimator:
    from sklearn.linear_model import LogisticRegression

    return Sklearn(LogisticRegression(max_iter=2_000, random_state=seed).fit(Z, y))


def _forest(Z: np.ndarray, y: np.ndarray, _classes: int, effort: Effort, seed: int) -> Estimator:
    from sklearn.ensemble import RandomForestClassifier

    trees = max(effort.trees // 2, 10)
    forest = RandomForestClassifier(trees, max_depth=14, min_samples_leaf=10, n_jobs=1, random_state=seed)
    return Sklearn(forest.fit(Z, y))


def _boosting(Z: np.ndarray, y: np.ndarray, _classes: int, effort: Effort, seed: int) -> Estimator:
    from sklearn.ensemble import HistGradientBoostingClassifier

    boosting = HistGradientBoostingClassifier(
        max_iter=effort.trees,
        learning_rate=effort.learning_rate,
        max_leaf_nodes=31,
        min_samples_leaf=40,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=seed,
    )
    return Sklearn(boosting.fit(Z, y), floor_histogram_boosting)


FITS: Mapping[str, Fit] = {"lightgbm": _lightgbm, "logistic": _logistic, "forest": _forest, "boosting": _boosting}
# These see one column per category; trees split codes well enough.
ONE_HOT = frozenset({"logistic"})
