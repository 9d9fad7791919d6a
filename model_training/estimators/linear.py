"""Linear models: small and fast; a larger model has to beat them."""

from __future__ import annotations

import numpy as np

from model_training.estimators.estimator import Estimator, Goal, Parameters
from model_training.estimators.sklearn_models import Sklearn


def logistic(Z: np.ndarray, y: np.ndarray, goal: Goal, parameters: Parameters) -> Estimator:
    """Logistic regression; `C` is the inverse of its L2 penalty."""
    from sklearn.linear_model import LogisticRegression

    return Sklearn(LogisticRegression(max_iter=2_000, random_state=goal.seed, **parameters).fit(Z, y))


def ridge(Z: np.ndarray, y: np.ndarray, _goal: Goal, parameters: Parameters) -> Estimator:
    """Least squares with an L2 penalty `alpha`."""
    from sklearn.linear_model import Ridge

    return Sklearn(Ridge(**parameters).fit(Z.astype(np.float64), y))


def linear(Z: np.ndarray, y: np.ndarray, _goal: Goal, parameters: Parameters) -> Estimator:
    """Least squares."""
    from sklearn.linear_model import LinearRegression

    return Sklearn(LinearRegression(**parameters).fit(Z.astype(np.float64), y))
