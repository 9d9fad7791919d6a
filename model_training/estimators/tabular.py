"""Candidates for tables of numbers and categories."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model_training.data.rows import Rows
from model_training.estimators.compact_rows import CompactRows, compact, pays
from model_training.estimators.estimator import Estimator, Goal, Parameters
from model_training.estimators.kinds import DOUBLES, ONE_HOT, ROW_BY_ROW, fits
from model_training.estimators.profiles import Effort
from model_training.export import graph
from model_training.export.preprocess import Preprocess, fit_preprocess

_BINARY = 2


@dataclass(frozen=True, slots=True)
class Classifier:
    """One estimator that answers with the probability of each class."""

    name: str
    preprocess: Preprocess
    estimator: Estimator
    features: int
    width: int
    seconds: float

    def predict(self, X: np.ndarray) -> np.ndarray:
        """float32 (rows, features) to probabilities (rows, classes)."""
        return _answers(self, X)

    def answers(self, Z: np.ndarray) -> np.ndarray:
        """The same of rows that are encoded."""
        return self.estimator.predict(Z)

    def to_onnx(self) -> bytes:
        """Preprocessing and estimator in one graph."""
        back = graph.classes(self.estimator.graph(self.preprocess.width))
        return graph.join(self.preprocess, back, self.features, self.width)


@dataclass(frozen=True, slots=True)
class Labeller:
    """One estimator per label, each with the probability that its label is 1; the preprocessing is the same."""

    name: str
    preprocess: Preprocess
    estimators: Sequence[Estimator]
    features: int
    seconds: float

    def predict(self, X: np.ndarray) -> np.ndarray:
        """float32 (rows, features) to probabilities (rows, labels)."""
        return _answers(self, X)

    def answers(self, Z: np.ndarray) -> np.ndarray:
        """The same of rows that are encoded."""
        return np.column_stack([estimator.predict(Z)[:, 1] for estimator in self.estimators])

    def to_onnx(self) -> bytes:
        """All labels in one graph."""
        back = graph.labels([estimator.graph(self.preprocess.width) for estimator in self.estimators])
        return graph.join(self.preprocess, back, self.features, len(self.estimators))


@dataclass(frozen=True, slots=True)
class Regressor:
    """One estimator of a standardised number, scaled back to the unit of the answers."""

    name: str
    preprocess: Preprocess
    estimator: Estimator
    features: int
    scale: float
    offset: float
    seconds: float

    def predict(self, X: np.ndarray) -> np.ndarray:
        """float32 (rows, features) to numbers (rows, 1)."""
        return _answers(self, X)

    def answers(self, Z: np.ndarray) -> np.ndarray:
        """The same of rows that are encoded."""
        return self.estimator.predict(Z) * self.scale + self.offset

    def to_onnx(self) -> bytes:
        """Preprocessing, estimator and scaling in one graph."""
        back = graph.number(self.estimator.graph(self.preprocess.width), self.scale, self.offset)
        return graph.join(self.preprocess, back, self.features, 1)


Pipeline = Classifier | Labeller | Regressor


def _answers(pipeline: Pipeline, X: np.ndarray) -> np.ndarray:
    """Encoded and answered in blocks: the encoded rows are many times wider."""
    blocks = (X[start:end] for start, end in graph.block_ends(len(X)))
    return np.concatenate([pipeline.answers(pipeline.preprocess.apply(block)) for block in blocks])


@dataclass(frozen=True, slots=True)
class Encoded:
    """Rows as the named candidate takes them (rows, width), however often it is fitted."""

    name: str
    rows: Rows
    preprocess: Preprocess
    Z: np.ndarray | CompactRows


def encode_for(name: str, rows: Rows) -> Encoded:
    """The rows encoded for the named candidate, with constants of their own."""
    X = rows.X
    preprocess = fit_preprocess(X, rows.contract, one_hot=name in ONE_HOT)
    two = rows.task == "multilabel" or len(rows.contract.labels) == _BINARY
    return Encoded(name, rows, preprocess, _encoded(name, X, preprocess, two_classes=two))


def _encoded(name: str, X: np.ndarray, preprocess: Preprocess, *, two_classes: bool) -> np.ndarray | CompactRows:
    if name in DOUBLES:
        return preprocess.apply(X, dtype=np.float64)
    if name not in ROW_BY_ROW:
        return preprocess.apply(X)
    return compact(preprocess, X) if two_classes and pays(preprocess, len(X)) else preprocess.apply(X, "C")


def fit_pipeline(name: str, rows: Rows, effort: Effort, seed: int, parameters: Parameters) -> Pipeline:
    """The named candidate, fitted on these rows."""
    return fit_encoded(encode_for(name, rows), effort, seed, parameters)


def fit_encoded(encoded: Encoded, effort: Effort, seed: int, parameters: Parameters) -> Pipeline:
    """The candidate that the rows were encoded for, fitted."""
    started, rows, preprocess, Z = time.perf_counter(), encoded.rows, encoded.preprocess, encoded.Z
    features, fit = len(preprocess.fill), fits(rows.task)[encoded.name]
    if rows.task == "regression":
        scale, offset = float(np.float32(rows.y.std())), float(np.float32(rows.y.mean()))
        estimator = fit(Z, (rows.y - offset) / scale, Goal(0, effort, seed), parameters)
        return Regressor(encoded.name, preprocess, estimator, features, scale, offset, _since(started))
    if rows.task == "multilabel":
        goal = Goal(_BINARY, effort, seed)
        estimators = [fit(Z, column, goal, parameters) for column in rows.y.T]
        return Labeller(encoded.name, preprocess, estimators, features, _since(started))
    width = len(rows.contract.labels)
    estimator = fit(Z, rows.y, Goal(width, effort, seed), parameters)
    return Classifier(encoded.name, preprocess, estimator, features, width, _since(started))


def _since(started: float) -> float:
    return time.perf_counter() - started
