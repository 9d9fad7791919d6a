"""Intervals of any metric, and of the lead of one model over another on the same rows."""

from __future__ import annotations

import numpy as np
import pytest

from shared.core.scenario import Task
from shared.training.intervals import BootstrapComparison
from shared.training.metrics import score

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
