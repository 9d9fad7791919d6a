"""Linear models: small and fast; a larger model has to beat them."""

from __future__ import annotations

from typing import Any

import numpy as np

from model_training.estimators.compact_rows import CompactRows
from model_training.estimators.estimator import Estimator, Goal, Parameters
from model_training.estimators.sklearn_models import Sklearn


def logistic(Z: np.ndarray | CompactRows, y: np.ndarray, goal: Goal, parameters: Parameters) -> Estimator:
    """Logistic regression; `C` is the inverse of its L2 penalty. Compact rows have two classes."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(max_iter=2_000, random_state=goal.seed, **parameters)
    return Sklearn(_fit_compact(model, Z, y) if isinstance(Z, CompactRows) else model.fit(Z, y))


def _fit_compact(model: Any, Z: CompactRows, y: np.ndarray) -> Any:
    """The model after its `fit`, which by itself would make a matrix of the rows."""
    from sklearn.linear_model._logistic import _logistic_regression_path

    model.classes_ = np.unique(y)
    settings = {"Cs": [model.C], "tol": model.tol, "max_iter": model.max_iter, "check_input": False}
    found, _, model.n_iter_ = _logistic_regression_path(Z, y, classes=model.classes_, **settings)
    model.coef_, model.intercept_ = found[0][None, :-1], found[0][-1:]
    model.n_features_in_ = Z.shape[1]
    return model


def ridge(Z: np.ndarray, y: np.ndarray, _goal: Goal, parameters: Parameters) -> Estimator:
    """Least squares with an L2 penalty `alpha`."""
    from sklearn.linear_model import Ridge

    return Sklearn(Ridge(**parameters).fit(Z.astype(np.float64), y))


def linear(Z: np.ndarray, y: np.ndarray, _goal: Goal, parameters: Parameters) -> Estimator:
    """Least squares."""
    from sklearn.linear_model import LinearRegression

    return Sklearn(LinearRegression(**parameters).fit(Z.astype(np.float64), y))
