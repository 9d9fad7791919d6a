"""Intervals of any metric, and of the lead of one model over another on the same rows."""

from __future__ import annotations

import numpy as np
import pytest

from shared.core.scenario import Task
from shared.training.delong import auc_influence
from shared.training.intervals import BootstrapComparison
from shared.training.metrics import score
from shared.training.weighted_metrics import weighted_metric

_RANDOM = np.random.default_rng(9)
ROWS = 300
_TRUE = _RANDOM.integers(0, 2, ROWS)
_GOOD = np.clip(_TRUE * 0.3 + _RANDOM.random(ROWS) * 0.7, 0.01, 0.99)
_NUMBER = _RANDOM.normal(size=ROWS)
_CLASS = _RANDOM.integers(0, 3, ROWS)


def _pair(good: np.ndarray) -> np.ndarray:
    return np.column_stack([1 - good, good])


def _cases() -> dict[str, tuple[Task, str, np.ndarray, np.ndarray, np.ndarray]]:
    """Task, metric, truth, better answers, worse answers."""
    three = np.eye(3)[_CLASS] * 0.5 + 0.5 / 3
    several = np.column_stack([_TRUE, 1 - _TRUE])
    guess = np.full((ROWS, 3), 1 / 3) + _RANDOM.random((ROWS, 3)) * 0.01
    return {
        "auc": ("binary", "auc", _TRUE, _pair(_GOOD), _pair(_RANDOM.random(ROWS))),
        "log_loss": ("binary", "log_loss", _TRUE, _pair(_GOOD), _pair(np.full(ROWS, 0.01))),
        "accuracy": ("multiclass", "accuracy", _CLASS, three, guess),
        "several": ("multilabel", "auc", several, np.column_stack([_GOOD, 1 - _GOOD]), _RANDOM.random((ROWS, 2))),
        "rmse": ("regression", "rmse", _NUMBER, (_NUMBER + 0.1)[:, None], np.zeros((ROWS, 1))),
    }


@pytest.mark.parametrize("name", _cases())
def test_the_interval_holds_the_score_and_the_lead_its_sign(name: str) -> None:
    """For every task: the better model's lead lies wholly on the better side, over itself it is 0."""
    task, metric, actual, good, bad = _cases()[name]
    comparison, value = BootstrapComparison(task, metric, actual, 3), score(task, metric, actual, good)
    low, high = comparison.interval(good)
    assert low <= value + 1e-9
    assert high >= value - 1e-9
    low, high = comparison.lead(good, bad)
    assert low <= score(task, metric, actual, good) - score(task, metric, actual, bad) <= high
    assert (low > 0) if metric in ("auc", "accuracy") else (high < 0)
    assert comparison.lead(good, good) == (0.0, 0.0)
    assert comparison.lead(good, bad) == (low, high)


def test_rows_that_can_show_nothing_are_an_error() -> None:
    """No draw of one class alone has an AUC."""
    with pytest.raises(ValueError, match=r"any draw|both classes"):
        BootstrapComparison("multilabel", "auc", np.ones((20, 1))).interval(_RANDOM.random((20, 1)))
    with pytest.raises(ValueError, match="both classes"):
        BootstrapComparison("binary", "auc", np.ones(20)).interval(_pair(_RANDOM.random(20)))


def test_a_paired_difference_sees_what_two_intervals_cannot() -> None:
    """Two models whose intervals overlap differ surely when one is better on the very same rows."""
    random = np.random.default_rng(7)
    truth = (random.random(2_000) < 0.3).astype(int)
    signal = truth + random.normal(0, 1.2, 2_000)
    worse = signal + random.normal(0, 0.4, 2_000)
    comparison = BootstrapComparison("binary", "auc", truth)
    assert comparison.interval(_pair(worse))[1] > comparison.interval(_pair(signal))[0]
    low, high = comparison.lead(_pair(signal), _pair(worse))
    assert 0 < low < high


@pytest.mark.parametrize("metric", ["auc", "accuracy", "log_loss", "f1", "average_precision"])
@pytest.mark.parametrize("classes", [2, 3])
def test_a_weighted_metric_is_the_metric(metric: str, classes: int) -> None:
    """Every row once gives the score itself; rows that count twice are rows that stand there twice."""
    random = np.random.default_rng(2)
    actual = random.integers(0, classes, 200)
    answers = random.dirichlet(np.ones(classes), 200).round(2)
    if metric == "auc":
        value, influence = auc_influence("multiclass", actual, answers)
        assert value == pytest.approx(score("multiclass", "auc", actual, answers))
        assert influence.sum() == pytest.approx(0, abs=1e-9)
        return
    weighted = weighted_metric("multiclass", metric, actual, answers).by_cluster(np.arange(200))
    counts = random.integers(0, 3, 200)
    (once, often) = weighted.on(np.array([np.ones(200), counts]))
    assert once == pytest.approx(score("multiclass", metric, actual, answers))
    if classes == 2 or metric in ("accuracy", "log_loss", "f1"):
        rows = np.repeat(np.arange(200), counts)
        assert often == pytest.approx(score("multiclass", metric, actual[rows], answers[rows]))


@pytest.mark.parametrize("metric", ["r2", "rmse", "mae"])
def test_a_weighted_error_is_the_error(metric: str) -> None:
    """Rows that count twice are rows that stand there twice."""
    random = np.random.default_rng(2)
    actual, counts = random.normal(50, 2, 200), random.integers(0, 3, 200)
    answers = actual + random.normal(size=200)
    (found,) = weighted_metric("regression", metric, actual, answers).by_cluster(np.arange(200)).on(counts[None])
    rows = np.repeat(np.arange(200), counts)
    assert found == pytest.approx(score("regression", metric, actual[rows], answers[rows]))


@pytest.mark.parametrize("metric", ["auc", "accuracy"])
def test_clustered_rows_are_not_taken_for_independent_ones(metric: str) -> None:
    """Ten copies of every row tell no more than one: with clusters the interval is as wide as without the copies."""
    once = BootstrapComparison("binary", metric, _TRUE).interval(_pair(_GOOD))
    rows = np.repeat(np.arange(ROWS), 10)
    naive = BootstrapComparison("binary", metric, _TRUE[rows]).interval(_pair(_GOOD[rows]))
    clustered = BootstrapComparison("binary", metric, _TRUE[rows], clusters=rows).interval(_pair(_GOOD[rows]))
    assert naive[1] - naive[0] < (once[1] - once[0]) / 2
    assert clustered == pytest.approx(once, abs=0.004)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    """Of 400 samples of 300 rows about 95 % have an interval around the AUC of the whole population."""
    random = np.random.default_rng(11)
    truth = (random.random(400 * ROWS) < 0.2).astype(int)
    answers = 1 / (1 + np.exp(-(truth + random.normal(size=len(truth)))))
    whole = score("binary", "auc", truth, _pair(answers))
    held = 0
    for rows in np.split(np.arange(len(truth)), 400):
        low, high = BootstrapComparison("binary", "auc", truth[rows]).interval(_pair(answers[rows]))
        held += low <= whole <= high
    assert 0.92 <= held / 400 <= 0.98
