"""The threshold is looked for where the model was chosen, and judged where nothing was."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_recall_curve

from model_training.evaluation.thresholds import at_threshold, best_f1, thresholds

_RANDOM = np.random.default_rng(2)


def _rows(rows: int = 500, share: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    truth = _RANDOM.random(rows) < share
    given = np.round(np.clip(0.2 * truth + _RANDOM.random(rows) * 0.4, 0, 1), 2).astype(np.float32)
    return truth.astype(np.int64), np.column_stack([1 - given, given])


def test_no_other_threshold_has_a_larger_f1() -> None:
    """Against every threshold scikit-learn knows, ties included."""
    truth, answers = _rows()
    found = at_threshold(truth == 1, answers[:, 1], best_f1(truth == 1, answers[:, 1]))
    precision, recall, _ = precision_recall_curve(truth, answers[:, 1])
    every = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    assert found["f1"] == pytest.approx(every.max())


def test_both_thresholds_are_judged_on_both_parts() -> None:
    """The declared half names nobody here; the chosen one does, and its F1 on test is scikit-learn's."""
    held, test = _rows(), _rows()
    told = thresholds("binary", held, test, ("no", "yes"), 0.5)["yes"]
    assert told["declared"]["threshold"] == 0.5
    chosen = told["best_f1"]
    assert chosen["threshold"] == best_f1(held[0] == 1, held[1][:, 1])
    named = test[1][:, 1] >= np.float32(chosen["threshold"])
    assert chosen["test"]["f1"] == pytest.approx(f1_score(test[0], named))
    assert chosen["test"]["named"] == named.mean()
    assert told["declared"]["validation"]["recall"] < chosen["validation"]["recall"]


def test_each_of_several_labels_has_its_own() -> None:
    """A label nobody has in the validation rows has none; classes and numbers have none either."""
    truth, answers = _rows()
    several = np.column_stack([truth, np.zeros_like(truth)])
    assert list(thresholds("multilabel", (several, answers), (several, answers), ("up", "down"), 0.5)) == ["up"]
    assert thresholds("multiclass", (truth, answers), (truth, answers), ("a", "b"), 0.5) == {}
    assert thresholds("regression", (truth, answers), (truth, answers), ("y",), 0.5) == {}


def test_a_threshold_nobody_reaches_names_nobody() -> None:
    """All is 0 then, and nothing divides by it."""
    assert at_threshold(np.array([True, False]), np.array([0.1, 0.2]), 0.9) == {
        "precision": 0.0, "recall": 0.0, "f1": 0.0, "named": 0.0,
    }  # fmt: skip
