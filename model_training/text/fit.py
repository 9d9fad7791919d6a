"""All candidates of a text scenario, fitted on one shared matrix of word weights."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np

from model_training.runtime.threads import run_parallel
from model_training.text import deep
from model_training.text.candidates import ONE_AT_A_TIME, Forest, Linear, Neighbours, estimators, fit_centroids
from model_training.text.names import DEEP
from model_training.text.vocabulary import Vocabulary, fit_vocabulary
from shared.core.errors import Quarantined

# The share of a training run that is done when the network is left out.
_DONE = 0.5

Report = Callable[[str, float], None]


class Fitted(Protocol):
    """A fitted candidate."""

    @property
    def name(self) -> str:
        """The name of the candidate."""
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


_KINDS: Mapping[str, Callable[[str, Vocabulary, Any, float], Fitted]] = {"knn": Neighbours, "random_forest": Forest}


@dataclass(frozen=True, slots=True)
class _TrainingData:
    """Texts, their matrix and label positions, with the profile and the seed of the fit."""

    vocabulary: Vocabulary
    X: np.ndarray
    Z: Any
    y: np.ndarray
    profile: str
    seed: int


def fit_text(
    names: Sequence[str],
    X: np.ndarray,
    y: np.ndarray,
    classes: int,
    *,
    profile: str,
    seed: int,
    report: Report,
    params: deep.DeepParams | None = None,
) -> Sequence[Fitted]:
    """The named candidates fitted on cleaned texts (rows, 1) and label positions (rows,), in the given order.

    The same on any number of cores. Without PyTorch `deep` is left out and reported; Quarantined when a class has
    no text or no word is common to two texts, KeyError for a name that is not in `names.py`.
    """
    _check_classes(y, classes)
    vocabulary = fit_vocabulary(X)
    data = _TrainingData(vocabulary, X, vocabulary.matrix(X), y, profile, seed)
    groups = _groups([name for name in names if name != DEEP])
    fitted = [each for group in run_parallel([partial(_fit_group, group, data) for group in groups]) for each in group]
    if DEEP in names:
        fitted += _fit_deep(params or deep.DeepParams(), data, report)
    order = {name: position for position, name in enumerate(names)}
    return sorted(fitted, key=lambda candidate: order[candidate.name])


def _groups(names: Sequence[str]) -> list[list[str]]:
    """The groups for one thread each: candidates that must not run at the same time share a group."""
    sequential = [name for name in names if name in ONE_AT_A_TIME]
    return [group for group in (sequential, *([name] for name in names if name not in ONE_AT_A_TIME)) if group]


def _fit_group(names: Sequence[str], data: _TrainingData) -> list[Fitted]:
    return [_fit(name, data) for name in names]


def _fit(name: str, data: _TrainingData) -> Fitted:
    started = time.perf_counter()
    if name == "nearest_centroid":
        model = fit_centroids(data.Z, data.y)
    else:
        # Constructing all estimators for one of them costs less than a millisecond.
        model = estimators(data.profile, data.seed)[name].fit(data.Z, data.y)
    return _KINDS.get(name, Linear)(name, data.vocabulary, model, time.perf_counter() - started)


def _fit_deep(params: deep.DeepParams, data: _TrainingData, report: Report) -> list[Fitted]:
    absent = deep.absent()
    if absent:
        report(absent, _DONE)
        return []
    return [deep.fit_deep(params, data.vocabulary, data.X, data.y, data.seed)]


def _check_classes(y: np.ndarray, classes: int) -> None:
    missing = sorted(set(range(classes)) - set(y.tolist()))
    if missing:
        sentence = f"No training text belongs to class {missing[0]}; accepted: texts of all {classes} classes."
        raise Quarantined("missing_class", sentence)
