"""How much each input changes the answers of gradient boosting, by the exact Shapley values that LightGBM computes."""

from __future__ import annotations

from typing import Any

import numpy as np

from model_training.data.rows import Rows
from model_training.estimators.boosted import Boosted
from model_training.estimators.candidates import FitPlan, Recipe
from model_training.estimators.profiles import PROFILES
from model_training.estimators.tabular import Labeller, Regressor, fit_pipeline

NAME = "lightgbm"
ROWS = 300


def mean_contributions(recipe: Recipe, rows: Rows, X: np.ndarray, plan: FitPlan) -> list[dict[str, Any]]:
    """Each input's mean absolute contribution over at most ROWS rows of X, largest first; nothing without LightGBM.

    In log odds, or in the unit of a number; several classes or labels are averaged. Steps hand on only graphs, so the
    trees are fitted again on `rows`: equal rows and seed give equal trees. After Lundberg et al. (2018).
    """
    if NAME not in recipe.fits:
        return []
    fitted = fit_pipeline(NAME, rows, PROFILES[plan.profile], plan.seed, recipe.parameters.get(NAME, {}))
    picked = np.unique(np.linspace(0, len(X) - 1, ROWS).astype(int))
    Z = fitted.preprocess.apply(X[picked])
    estimators = fitted.estimators if isinstance(fitted, Labeller) else [fitted.estimator]
    unit = fitted.scale if isinstance(fitted, Regressor) else 1.0
    means = unit * np.mean([_mean(each, Z) for each in estimators if isinstance(each, Boosted)], axis=0)
    inputs = zip(rows.contract.names, means.tolist(), strict=True)
    return [{"input": name, "contribution": value} for name, value in sorted(inputs, key=lambda pair: -pair[1])]


def _mean(boosted: Boosted, Z: np.ndarray) -> np.ndarray:
    """Mean absolute contribution of each column of Z; the last of each class is the constant."""
    values = np.asarray(boosted.booster.predict(Z, pred_contrib=True, num_threads=1))
    by_class = values.reshape(len(Z), -1, Z.shape[1] + 1)[:, :, :-1]
    return np.asarray(np.abs(by_class).mean(axis=(0, 1)))
