"""Calibration on answers whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from model_training.evaluation.calibration import calibration_of, reliability, wilson


def test_honest_probabilities_have_no_error_and_boasting_ones_do() -> None:
    """Answers drawn as often as they say are calibrated; pushed outwards they are not, with the same ranking."""
    random = np.random.default_rng(5)
    honest = random.random(50_000)
    truth = random.random(50_000) < honest
    boasting = np.where(honest > 0.5, 1 - (1 - honest) / 3, honest / 3)
    assert reliability(truth, honest)["error"] < 0.01
    assert reliability(truth, boasting)["error"] > 0.15


def test_the_table_by_hand() -> None:
    """Four rows in two bins: rows, means, error and Brier score as on paper."""
    found = reliability(np.array([False, True, True, True]), np.array([0.2, 0.24, 0.9, 1.0]))
    filled = [(one["from"], one["rows"], one["probability"], one["share"]) for one in found["bins"] if one["rows"]]
    assert filled == [(0.2, 2, pytest.approx(0.22), 0.5), (0.9, 2, pytest.approx(0.95), 1.0)]
    assert found["error"] == pytest.approx((2 * 0.28 + 2 * 0.05) / 4)
    assert found["brier"] == pytest.approx((0.2**2 + 0.76**2 + 0.1**2 + 0) / 4)
    assert len(found["bins"]) == 10


def test_the_interval_of_a_share_is_that_of_the_paper() -> None:
    """Wilson's interval of 0 of 10 and of 5 of 10; it never leaves 0 to 1."""
    assert wilson(0.0, 10) == (0.0, pytest.approx(0.2775, abs=1e-4))
    assert wilson(0.5, 10) == (pytest.approx(0.2366, abs=1e-4), pytest.approx(0.7634, abs=1e-4))


def test_each_task_tells_its_labels() -> None:
    """Of two classes the second, of more all and their Brier score, of several labels each; of numbers nothing."""
    two, three = np.array([[0.3, 0.7], [0.9, 0.1]]), np.array([[0.2, 0.3, 0.5], [0.8, 0.1, 0.1]])
    assert list(calibration_of("binary", np.array([1, 0]), two, ("no", "yes"))["labels"]) == ["yes"]
    many = calibration_of("multiclass", np.array([2, 0]), three, ("a", "b", "c"))
    assert list(many["labels"]) == ["a", "b", "c"]
    assert many["together"]["brier"] == pytest.approx((0.04 + 0.09 + 0.25 + 0.04 + 0.01 + 0.01) / 2)
    assert many["together"]["error"] == pytest.approx((0.5 + 0.2) / 2)
    assert list(calibration_of("multilabel", np.eye(2), two, ("up", "down"))["labels"]) == ["up", "down"]
    assert calibration_of("regression", np.ones(2), two[:, :1], ("y",)) == {}
