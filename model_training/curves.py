"""How a candidate errs, as numbers a report can draw: confusion matrix and ROC curves."""

from __future__ import annotations

from typing import Any

import numpy as np

from shared.domain.scenario import Task

_POINTS = 50


def curves(task: Task, actual: np.ndarray, answers: np.ndarray, labels: tuple[str, ...]) -> dict[str, Any]:
    """`confusion` (rows: true, columns: predicted) of classes, and `roc` of each label: false and true positive rates.

    Nothing for numbers; no curve for a label that stands in all rows or in none.
    """
    if task == "regression":
        return {}
    if task == "multilabel":
        truths = {label: actual[:, position] == 1 for position, label in enumerate(labels)}
        return {"roc": _rocs(truths, answers, labels)}
    predicted = answers.argmax(axis=1)
    confusion = np.zeros((len(labels), len(labels)), dtype=np.int64)
    np.add.at(confusion, (actual, predicted), 1)
    truths = {label: actual == position for position, label in enumerate(labels)}
    return {"confusion": confusion.tolist(), "roc": _rocs(truths, answers, labels)}


def _rocs(truths: dict[str, np.ndarray], answers: np.ndarray, labels: tuple[str, ...]) -> dict[str, Any]:
    pairs = ((label, truths[label], answers[:, position]) for position, label in enumerate(labels))
    return {label: _roc(truth, score) for label, truth, score in pairs if 0 < truth.sum() < len(truth)}


def _roc(truth: np.ndarray, score: np.ndarray) -> dict[str, list[float]]:
    """Rates from (0, 0) to (1, 1) at _POINTS thresholds at most; rows of equal score count together."""
    order = np.argsort(-score, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(score[order]) != 0, True))
    hits = np.cumsum(truth[order])[ends]
    misses = ends + 1 - hits
    picked = np.unique(np.linspace(0, len(ends) - 1, _POINTS).astype(int))
    false, true = misses[picked] / (~truth).sum(), hits[picked] / truth.sum()
    return {"false": [0.0, *np.round(false, 4).tolist()], "true": [0.0, *np.round(true, 4).tolist()]}
