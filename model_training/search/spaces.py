"""The parameters that are tuned for each candidate, and their bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from model_training.estimators.estimator import Parameters


def _lightgbm(trial: Any) -> Parameters:
    return {
        "trees": trial.suggest_int("trees", 50, 500, log=True),
        "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.2, log=True),
        "num_leaves": trial.suggest_int("num_leaves", 4, 64, log=True),
        "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 10, 200, log=True),
        "lambda_l2": trial.suggest_float("lambda_l2", 1e-3, 30.0, log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.4, 1.0),
        "bagging_fraction": trial.suggest_float("bagging_fraction", 0.5, 1.0),
    }


def _boosting(trial: Any) -> Parameters:
    return {
        "max_iter": trial.suggest_int("max_iter", 50, 400, log=True),
        "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.2, log=True),
        "max_leaf_nodes": trial.suggest_int("max_leaf_nodes", 4, 64, log=True),
        "min_samples_leaf": trial.suggest_int("min_samples_leaf", 10, 200, log=True),
        "l2_regularization": trial.suggest_float("l2_regularization", 1e-3, 30.0, log=True),
    }


def _forest(trial: Any) -> Parameters:
    return {
        "max_depth": trial.suggest_int("max_depth", 4, 20),
        "min_samples_leaf": trial.suggest_int("min_samples_leaf", 2, 50, log=True),
        "max_features": trial.suggest_float("max_features", 0.1, 1.0),
    }


def _logistic(trial: Any) -> Parameters:
    return {"C": trial.suggest_float("C", 1e-3, 1e2, log=True)}


def _ridge(trial: Any) -> Parameters:
    return {"alpha": trial.suggest_float("alpha", 1e-3, 1e3, log=True)}


def _deep(trial: Any) -> Parameters:
    from dataclasses import asdict

    from model_training.text.deep import space

    return asdict(space(trial))


# Candidates that are not listed are not tuned.
SPACES: Mapping[str, Callable[[Any], Parameters]] = {
    "lightgbm": _lightgbm,
    "boosting": _boosting,
    "forest": _forest,
    "extra_trees": _forest,
    "logistic": _logistic,
    "ridge": _ridge,
    "deep": _deep,
}
