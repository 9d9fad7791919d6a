"""Curves and confusions as numbers, against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, precision_recall_curve, roc_curve

from model_training.evaluation.curves import confusion, confusions, curve_points, precision_recall, roc, truths

_RANDOM = np.random.default_rng(4)
TRUTH = _RANDOM.random(1_000) < 0.3
SCORE = np.round(TRUTH * 0.3 + _RANDOM.random(1_000), 2)


def test_every_threshold_when_there_are_points_enough() -> None:
    """The points are those of scikit-learn, ties counted together."""
    false, true, _ = roc_curve(TRUTH, SCORE, drop_intermediate=False)
    drawn = roc(TRUTH, SCORE, 2_000)
    assert drawn["false"] == pytest.approx(false, abs=1e-4)
    assert drawn["true"] == pytest.approx(true, abs=1e-4)
    precision, recall, _ = precision_recall_curve(TRUTH, SCORE)
    told = precision_recall(TRUTH, SCORE, 2_000)
    assert told["recall"] == pytest.approx(recall[-2::-1], abs=1e-4)
    assert told["precision"] == pytest.approx(precision[-2::-1], abs=1e-4)


def test_never_more_points_than_asked_for() -> None:
    """Both ends stay."""
    drawn = roc(TRUTH, np.arange(1_000.0), 200)
    assert len(drawn["true"]) <= 201
    assert (drawn["true"][-1], drawn["false"][-1]) == (1.0, 1.0)
    assert len(precision_recall(TRUTH, np.arange(1_000.0), 200)["recall"]) <= 200


def test_confusion_counts_every_row() -> None:
    """Rows are true, columns predicted; of several labels each has its own two by two."""
    actual, predicted = _RANDOM.integers(0, 3, 300), _RANDOM.integers(0, 3, 300)
    assert confusion(actual, predicted, 3) == confusion_matrix(actual, predicted).tolist()
    several, answers = np.array([[1, 0], [0, 0]]), np.array([[0.5, 0.2], [0.7, 0.6]])
    assert confusions(several, answers, ("up", "down")) == {"up": [[0, 1], [0, 1]], "down": [[1, 1], [0, 0]]}


def test_a_label_without_rows_has_no_curve() -> None:
    """Nor has a number; the others are there."""
    several, answers = np.array([[1, 0], [0, 0]]), np.array([[0.5, 0.2], [0.7, 0.6]])
    assert list(truths("multilabel", several, answers, ("up", "down"))) == ["up"]
    assert list(curve_points("multilabel", several, answers, ("up", "down"))["roc"]) == ["up"]
    assert curve_points("regression", np.ones(2), np.ones((2, 1)), ("y",)) == {}
