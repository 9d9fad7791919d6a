"""Our metrics are the field's: scikit-learn gives the same numbers."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as reference

from shared.training.metrics import (
    LARGER_IS_BETTER,
    METRICS,
    REGRESSION,
    average_precision,
    better,
    classification,
    prior,
    reaches,
    roc_auc,
    score,
    scores,
)


def _answers(rows: int, classes: int, seed: int, decimals: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Labels and probabilities that know a little; rounded, so that many scores are tied."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, classes, rows)
    raw = random.random((rows, classes)) + np.eye(classes)[truth] * 0.5
    rounded = np.maximum(np.round(raw, decimals), 0.01)
    return truth, rounded / rounded.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("seed", range(5))
def test_two_classes_agree_with_the_reference(seed: int) -> None:
    """AUC, average precision, log loss, accuracy and F1 of tied scores are those of scikit-learn."""
    truth, probabilities = _answers(300, 2, seed)
    positive, predicted = probabilities[:, 1], probabilities.argmax(axis=1)
    expected = {
        "auc": reference.roc_auc_score(truth, positive),
        "accuracy": reference.accuracy_score(truth, predicted),
        "log_loss": reference.log_loss(truth, probabilities),
        "average_precision": reference.average_precision_score(truth, positive),
        "f1": reference.f1_score(truth, predicted),
    }
    assert classification(truth, probabilities) == pytest.approx(expected, abs=1e-12)


def test_more_classes_agree_with_the_reference() -> None:
    """Ranking scores and F1 of four classes are the weighted one-against-rest scores of scikit-learn."""
    truth, probabilities = _answers(500, 4, 1)
    found = classification(truth, probabilities)
    assert found["auc"] == pytest.approx(
        reference.roc_auc_score(truth, probabilities, multi_class="ovr", average="weighted")
    )
    assert found["f1"] == pytest.approx(reference.f1_score(truth, probabilities.argmax(axis=1), average="weighted"))
    assert found["log_loss"] == pytest.approx(reference.log_loss(truth, probabilities))


def test_one_column_is_the_positive_class() -> None:
    """Probabilities (rows,) of class 1 score like the two columns they stand for."""
    truth, probabilities = _answers(200, 2, 3)
    for metric in METRICS.values():
        assert metric(truth, probabilities[:, 1]) == pytest.approx(metric(truth, probabilities))


def test_weights_count_rows_repeatedly() -> None:
    """A weighted AUC is the AUC of the rows written out as often as they weigh."""
    truth, probabilities = _answers(100, 2, 4)
    weights = np.random.default_rng(0).integers(0, 4, 100)
    repeated = np.repeat(np.arange(100), weights)
    expected = reference.roc_auc_score(truth[repeated], probabilities[repeated, 1])
    assert roc_auc(truth == 1, probabilities[:, 1], weights) == pytest.approx(expected)


def test_all_scores_tied_is_chance() -> None:
    """Whoever answers the same to every row has an AUC of exactly one half."""
    assert roc_auc(np.array([True, False, True]), np.zeros(3)) == 0.5


def test_one_class_has_no_ranking() -> None:
    """Without rows of both classes there is no AUC, and that is said instead of a number."""
    with pytest.raises(ValueError, match="both classes"):
        roc_auc(np.zeros(4, dtype=bool), np.arange(4.0))
    with pytest.raises(ValueError, match="positive"):
        average_precision(np.zeros(4, dtype=bool), np.arange(4.0))


def test_the_baseline_is_the_prior() -> None:
    """Answering every row with the class shares ranks nothing and is as accurate as the majority is large."""
    truth = np.array([0] * 80 + [1] * 20)
    found = prior(truth, np.array([0.8, 0.2]))
    assert found["auc"] == 0.5
    assert found["accuracy"] == 0.8
    assert found["average_precision"] == pytest.approx(0.2)
    assert found["f1"] == 0.0


def test_several_labels_count_alike() -> None:
    """The mean over the labels of the binary metric, and each label's own under its name."""
    random = np.random.default_rng(3)
    actual = random.integers(0, 2, (200, 3))
    answers = np.clip(actual * 0.3 + random.random((200, 3)) * 0.7, 0, 1).astype(np.float32)
    found = scores("multilabel", actual, answers, ("a", "b", "c"))
    assert found["auc"] == pytest.approx(reference.roc_auc_score(actual, answers, average="macro"), abs=1e-12)
    assert found["f1"] == pytest.approx(reference.f1_score(actual, answers > 0.5, average="macro"), abs=1e-12)
    assert found["auc_b"] == pytest.approx(reference.roc_auc_score(actual[:, 1], answers[:, 1]), abs=1e-12)
    assert score("multilabel", "log_loss", actual, answers) == found["log_loss"]


def test_a_label_that_never_occurs_says_nothing() -> None:
    """It is left out of the mean; when no label can be judged there is no score."""
    actual = np.array([[0, 1], [0, 0], [0, 1]])
    answers = np.array([[0.1, 0.9], [0.2, 0.3], [0.1, 0.8]], dtype=np.float32)
    found = scores("multilabel", actual, answers, ("never", "some"))
    assert found["auc"] == found["auc_some"] == 1
    assert "auc_never" not in found
    with pytest.raises(ValueError, match="every label stands in all rows or in none"):
        score("multilabel", "auc", actual[:, :1], answers[:, :1])


def test_numbers_agree_with_the_reference() -> None:
    """R², RMSE and MAE of a column of answers are those of scikit-learn."""
    random = np.random.default_rng(4)
    actual = random.normal(20, 5, 300)
    answers = (actual + random.normal(size=300)).astype(np.float32).reshape(-1, 1)
    expected = {
        "r2": reference.r2_score(actual, answers),
        "rmse": reference.root_mean_squared_error(actual, answers),
        "mae": reference.mean_absolute_error(actual, answers),
    }
    assert scores("regression", actual, answers) == pytest.approx(expected, abs=1e-9)
    with pytest.raises(ValueError, match="values that differ"):
        score("regression", "r2", np.ones(3), np.ones((3, 1)))


def test_classes_are_scored_by_the_same_door() -> None:
    """`score` of two or more classes is the metric of METRICS."""
    truth, probabilities = _answers(100, 3, 1)
    assert score("multiclass", "f1", truth, probabilities) == METRICS["f1"](truth, probabilities)
    assert score("multiclass", "auc", truth, probabilities) == METRICS["auc"](truth, probabilities)


def test_every_metric_has_a_direction() -> None:
    """A perfect answer beats a bad one by `better` in every metric, never the other way round."""
    assert set(LARGER_IS_BETTER) == {*METRICS, *REGRESSION}
    truth = np.array([0, 1, 0, 1, 1])
    perfect, bad = truth.astype(float), np.array([0.9, 0.2, 0.6, 0.7, 0.1])
    for metrics in (METRICS, REGRESSION):
        for name, metric in metrics.items():
            good, worse = metric(truth, perfect), metric(truth, bad)
            assert better(name, good, worse)
            assert not better(name, worse, good)
            assert not better(name, good, good)
            assert reaches(name, good, good)
            assert reaches(name, good, worse)
            assert not reaches(name, worse, good)


def test_an_undefined_value_wins_nothing() -> None:
    """NaN is neither better than anything nor at any bar."""
    for name in LARGER_IS_BETTER:
        assert not better(name, float("nan"), 0.5)
        assert not reaches(name, float("nan"), 0.5)
