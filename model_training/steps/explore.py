"""Candidates are fitted side by side on the same training rows and ranked on the same validation rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from model_training.estimators import FITS, ONE_HOT, PROFILES, Estimator
from model_training.preprocess import Preprocess, fit_preprocess
from model_training.split import Parts
from model_training.steps.prepare import Prepared
from model_training.threads import side_by_side
from shared.domain.contract import InputContract
from shared.domain.metrics import classification

Report = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A fitted preprocessing and estimator."""

    name: str
    preprocess: Preprocess
    estimator: Estimator

    def predict(self, X: np.ndarray) -> np.ndarray:
        """float32 (rows, features) to probabilities (rows, classes)."""
        return self.estimator.predict(self.preprocess.apply(X))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pipeline, the primary metric it reached on the validation rows, and how long its fit took."""

    pipeline: Pipeline
    score: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Rows:
    """What a pipeline is fitted on: a matrix (rows, features) with its contract, label positions and parts."""

    X: np.ndarray
    y: np.ndarray
    contract: InputContract
    parts: Parts


def fit_pipeline(name: str, rows: Rows, profile: str, seed: int) -> Pipeline:
    """The named candidate, fitted on the training part."""
    X, y = rows.X[rows.parts.train], rows.y[rows.parts.train]
    preprocess = fit_preprocess(X, rows.contract, one_hot=name in ONE_HOT)
    estimator = FITS[name](preprocess.apply(X), y, len(rows.contract.labels), PROFILES[profile], seed)
    return Pipeline(name, preprocess, estimator)


def explore(prepared: Prepared, profile: str, seed: int, report: Report) -> Sequence[Candidate]:
    """Every candidate of the scenario, best first; ties keep the order of the declaration."""
    rows = Rows(prepared.X, prepared.y, prepared.contract, prepared.parts)
    metric = prepared.scenario.metric

    def attempt(name: str) -> Candidate:
        started = time.perf_counter()
        pipeline = fit_pipeline(name, rows, profile, seed)
        seconds = time.perf_counter() - started
        held = prepared.parts.validation
        score = classification(prepared.y[held], pipeline.predict(prepared.X[held]))[metric]
        report(f"{name}: {metric} {score:.4f} on validation", 0.5)
        return Candidate(pipeline, score, seconds)

    found = side_by_side([partial(attempt, name) for name in prepared.scenario.candidates])
    return sorted(found, key=lambda candidate: -candidate.score)
