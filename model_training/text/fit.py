"""All candidates of a text scenario, fitted on one shared matrix of word weights."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

import numpy as np

from model_training.text import deep
from model_training.text.candidates import ONE_AT_A_TIME, Forest, Linear, Neighbours, estimators, fit_centroids
from model_training.text.vocabulary import Vocabulary, fit_vocabulary
from model_training.threads import side_by_side
from shared.errors import Quarantined

CLASSICAL = (
    "ridge",
    "perceptron",
    "passive_aggressive",
    "knn",
    "random_forest",
    "linear_svc_l2",
    "linear_svc_l1",
    "sgd_l2",
    "sgd_l1",
    "sgd_elasticnet",
    "nearest_centroid",
    "multinomial_nb",
    "bernoulli_nb",
    "complement_nb",
    "svc_l1_select_l2",
)
DEEP = "deep"
_KINDS = {"knn": Neighbours, "random_forest": Forest}
# About where a report of progress stands within a training run.
_DONE = 0.5

Report = Callable[[str, float], None]


class Fitted(Protocol):
    """A fitted candidate."""

    @property
    def name(self) -> str:
        """As it was asked for."""
        ...

    @property
    def seconds(self) -> float:
        """How long its fit took."""
        ...

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Cleaned texts (rows, 1) to probabilities (rows, K)."""
        ...

    def to_onnx(self) -> bytes:
        """The whole graph from a cleaned string to probabilities; Refused says why there is none."""
        ...


def fit_text(
    names: Sequence[str],
    X: np.ndarray,
    y: np.ndarray,
    classes: int,
    profile: str,
    seed: int,
    report: Report,
    params: deep.DeepParams | None = None,
) -> Sequence[Fitted]:
    """The named candidates fitted on cleaned texts (rows, 1) and label positions (rows,), in the given order.

    The same on any number of cores. Without PyTorch `deep` is left out and reported; Quarantined when a class has
    no text or no word is common to two texts.
    """
    _check_classes(y, classes)
    vocabulary = fit_vocabulary(X)
    Z = vocabulary.matrix(X)
    classical = [name for name in names if name != DEEP]
    jobs = [partial(_fit_group, group, vocabulary, Z, y, profile, seed) for group in _groups(classical)]
    fitted: list[Fitted] = [candidate for group in side_by_side(jobs) for candidate in group]
    if DEEP in names:
        fitted += _fit_deep(params or deep.DeepParams(), vocabulary, X, y, seed, report)
    order = {name: position for position, name in enumerate(names)}
    return sorted(fitted, key=lambda candidate: order[candidate.name])


def _groups(names: Sequence[str]) -> list[list[str]]:
    """What one thread fits: each candidate alone, but those together that may not run at the same time."""
    together = [name for name in names if name in ONE_AT_A_TIME]
    return [group for group in (together, *([name] for name in names if name not in ONE_AT_A_TIME)) if group]


def _fit_group(
    names: Sequence[str], vocabulary: Vocabulary, Z: Any, y: np.ndarray, profile: str, seed: int
) -> list[Fitted]:
    return [_fit(name, vocabulary, Z, y, profile, seed) for name in names]


def _fit(name: str, vocabulary: Vocabulary, Z: Any, y: np.ndarray, profile: str, seed: int) -> Fitted:
    started = time.perf_counter()
    # All estimators are constructed for one of them: that costs less than a millisecond.
    model = fit_centroids(Z, y) if name == "nearest_centroid" else estimators(profile, seed)[name].fit(Z, y)
    return _KINDS.get(name, Linear)(name, vocabulary, model, time.perf_counter() - started)


def _fit_deep(
    params: deep.DeepParams, vocabulary: Vocabulary, X: np.ndarray, y: np.ndarray, seed: int, report: Report
) -> list[Fitted]:
    absent = deep.absent()
    if absent:
        report(absent, _DONE)
        return []
    return [deep.fit_deep(params, vocabulary, X, y, seed)]


def _check_classes(y: np.ndarray, classes: int) -> None:
    missing = sorted(set(range(classes)) - set(y.tolist()))
    if missing:
        sentence = f"No training text belongs to class {missing[0]}; accepted: texts of all {classes} classes."
        raise Quarantined("missing_class", sentence)
