"""How a candidate errs, as numbers a report can draw: confusion matrix, ROC and precision-recall curves."""

from __future__ import annotations

from typing import Any

import numpy as np

from shared.core.scenario import Task

_POINTS = 50
_HALF = 0.5


def curve_points(task: Task, actual: np.ndarray, answers: np.ndarray, labels: tuple[str, ...]) -> dict[str, Any]:
    """`confusion` of classes, and `roc` of each label that some rows have and others lack; nothing for numbers."""
    if task == "regression":
        return {}
    pairs = truths(task, actual, answers, labels)
    points = {"roc": {label: roc(truth, score, _POINTS) for label, (truth, score) in pairs.items()}}
    if task == "multilabel":
        return points
    return {"confusion": confusion(actual, answers.argmax(axis=1), len(labels)), **points}


def truths(
    task: Task, actual: np.ndarray, answers: np.ndarray, labels: tuple[str, ...]
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """By label, the rows that have it and their answers, both (rows,); without labels that all or no rows have."""
    several = task == "multilabel"
    pairs = {
        label: (actual[:, at] == 1 if several else actual == at, answers[:, at]) for at, label in enumerate(labels)
    }
    return {label: (truth, score) for label, (truth, score) in pairs.items() if 0 < truth.sum() < len(truth)}


def confusion(actual: np.ndarray, predicted: np.ndarray, classes: int) -> list[list[int]]:
    """How many rows of class `row` were predicted as class `column`."""
    counts = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(counts, (actual, predicted), 1)
    rows: list[list[int]] = counts.tolist()
    return rows


def confusions(actual: np.ndarray, answers: np.ndarray, labels: tuple[str, ...]) -> dict[str, list[list[int]]]:
    """For each of several labels the confusion of 0 and 1; a label is predicted where it is more likely than not."""
    named = (answers >= _HALF).astype(np.int64)
    truth = actual.astype(np.int64)
    return {label: confusion(truth[:, at], named[:, at], 2) for at, label in enumerate(labels)}


def roc(truth: np.ndarray, score: np.ndarray, points: int) -> dict[str, list[float]]:
    """Rates from (0, 0) to (1, 1) at up to `points` thresholds; rows of equal score count together."""
    hits, misses = _counts(truth, score, points)
    false, true = misses / (~truth).sum(), hits / truth.sum()
    return {"false": [0.0, *np.round(false, 4).tolist()], "true": [0.0, *np.round(true, 4).tolist()]}


def precision_recall(truth: np.ndarray, score: np.ndarray, points: int) -> dict[str, list[float]]:
    """Recall up to 1 and its precision, at up to `points` thresholds; rows of equal score count together."""
    hits, misses = _counts(truth, score, points)
    recall, precision = hits / truth.sum(), hits / (hits + misses)
    return {"recall": np.round(recall, 4).tolist(), "precision": np.round(precision, 4).tolist()}


def _counts(truth: np.ndarray, score: np.ndarray, points: int) -> tuple[np.ndarray, np.ndarray]:
    """Right and wrong predictions from each threshold on, the highest threshold first."""
    order = np.argsort(-score, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(score[order]) != 0, True))
    hits = np.cumsum(truth[order])[ends]
    picked = np.unique(np.linspace(0, len(ends) - 1, points).astype(int))
    return hits[picked], (ends + 1 - hits)[picked]
