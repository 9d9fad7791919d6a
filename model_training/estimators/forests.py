"""Trees of scikit-learn: random forest, extra trees, histogram gradient boosting."""

from __future__ import annotations

from typing import Any

import numpy as np

from model_training.estimators.estimator import Estimator, Goal, Parameters
from model_training.estimators.exact import floor_histogram_boosting
from model_training.estimators.sklearn_models import Sklearn


def forest(Z: np.ndarray, y: np.ndarray, goal: Goal, parameters: Parameters) -> Estimator:
    """Trees on bootstrap samples; each split is the best of some columns."""
    from sklearn import ensemble

    kind = ensemble.RandomForestClassifier if goal.classes else ensemble.RandomForestRegressor
    return Sklearn(kind(**_tree_settings(goal, parameters)).fit(Z, y))


def extra_trees(Z: np.ndarray, y: np.ndarray, goal: Goal, parameters: Parameters) -> Estimator:
    """Trees with random instead of searched thresholds."""
    from sklearn import ensemble

    kind = ensemble.ExtraTreesClassifier if goal.classes else ensemble.ExtraTreesRegressor
    return Sklearn(kind(**_tree_settings(goal, parameters)).fit(Z, y))


def boosting(Z: np.ndarray, y: np.ndarray, goal: Goal, parameters: Parameters) -> Estimator:
    """Gradient boosting on binned columns."""
    from sklearn import ensemble

    kind = ensemble.HistGradientBoostingClassifier if goal.classes else ensemble.HistGradientBoostingRegressor
    settings = {
        "max_iter": goal.effort.trees,
        "learning_rate": goal.effort.learning_rate,
        "max_leaf_nodes": 31,
        "min_samples_leaf": 40,
        "l2_regularization": 1.0,
        **parameters,
    }
    return Sklearn(kind(**settings, early_stopping=False, random_state=goal.seed).fit(Z, y), floor_histogram_boosting)


def _tree_settings(goal: Goal, parameters: Parameters) -> dict[str, Any]:
    trees = max(goal.effort.trees // 2, 10)
    settings = {"n_estimators": trees, "max_depth": 14, "min_samples_leaf": 10, **parameters}
    return settings | {"n_jobs": 1, "random_state": goal.seed}
