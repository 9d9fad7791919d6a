"""Of several classes the one is predicted that costs least on rows that the fit never saw."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from texts import TEXTS

from shared.core.declaration.decision import Decision
from shared.core.errors import Misconfigured
from shared.serving.prediction_rows import to_predictions
from shared.training.decisions.classes import cheapest_thresholds, predicted_classes
from shared.training.decisions.thresholds import declared_rules, judge_thresholds
from shared.training.metrics import at_decisions, score

_RANDOM = np.random.default_rng(4)
LABELS = ("a", "b", "c")
# To miss class c costs thirty times as much as anything else.
DEAR = Decision.cost_matrix((0, 1, 1), (1, 0, 1), (30, 30, 0))


def _rows(rows: int = 400) -> tuple[np.ndarray, np.ndarray]:
    truth = _RANDOM.choice(3, rows, p=(0.5, 0.4, 0.1))
    given = np.eye(3)[truth] * 0.4 + _RANDOM.random((rows, 3))
    return truth, (given / given.sum(axis=1, keepdims=True)).astype(np.float32)


def _cost(truth: np.ndarray, named: np.ndarray) -> float:
    return float(np.array(DEAR.costs)[truth, named].sum())


def test_no_thresholds_of_a_grid_cost_less() -> None:
    """And the most probable class costs far more."""
    truth, answers = _rows()
    found = cheapest_thresholds(DEAR.costs, truth, answers)
    cheapest = _cost(truth, predicted_classes(answers, found))
    grid = [(1.0, *values) for values in product(np.geomspace(0.1, 10, 60), repeat=2)]
    assert cheapest <= 1.02 * min([_cost(truth, predicted_classes(answers, values)) for values in grid])
    assert cheapest < 0.7 * _cost(truth, answers.argmax(axis=1))
    assert sum(found) == pytest.approx(1)


def test_equal_thresholds_predict_the_most_probable_class() -> None:
    """As every model does that was trained without a cost matrix."""
    _, answers = _rows()
    for thresholds in ((), (0.5, 0.5, 0.5)):
        assert (predicted_classes(answers, thresholds) == answers.argmax(axis=1)).all()
        assert (to_predictions("multiclass", thresholds, answers) == answers.argmax(axis=1)).all()


def test_the_cheapest_decision_holds_on_other_rows_and_is_what_metrics_judge() -> None:
    """Batch and real time predict by it, accuracy is that of what is predicted, and each class has its facts."""
    unseen, test = _rows(2_000), _rows(2_000)
    facts = judge_thresholds("multiclass", unseen, test, LABELS, dict.fromkeys(LABELS, DEAR))
    served = [facts[label]["served"]["threshold"] for label in LABELS]
    named = to_predictions("multiclass", served, test[1])
    assert _cost(test[0], named) < 0.8 * _cost(test[0], test[1].argmax(axis=1))
    judged = score("multiclass", "accuracy", test[0], at_decisions("multiclass", "accuracy", test[1], served))
    assert judged == pytest.approx((named == test[0]).mean())
    assert facts["c"]["served"]["test"]["recall"] == pytest.approx((named[test[0] == 2] == 2).mean())
    assert facts["c"]["served"]["test"]["recall"] > facts["c"]["half"]["test"]["recall"]


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        (DEAR, "one for the 2 of a multiclass task"),
        (Decision("recall", share=0.9), r"Decision\(\) or a cost matrix"),
    ],
)
def test_a_decision_that_does_not_fit_the_task_is_refused(decision: Decision, said: str) -> None:
    """Where the scenario is declared, in words."""
    with pytest.raises(Misconfigured, match=said):
        replace(TEXTS, decision=decision)


def test_a_matrix_that_is_none_is_refused() -> None:
    """Square, free where it is right and dear where it is wrong."""
    for rows in ((), ((0, 1),), ((0, 1), (1, 1)), ((0, -1), (1, 0))):
        with pytest.raises(Misconfigured, match="a square of at least two classes"):
            Decision.cost_matrix(*rows)


def test_rules_are_those_of_labels_with_a_threshold() -> None:
    """Two classes have one; more have them with a cost matrix only."""
    assert declared_rules(TEXTS) == {}
    by_cost = replace(TEXTS, decision=Decision.cost_matrix((0, 1), (5, 0)))
    assert declared_rules(by_cost) == dict.fromkeys(TEXTS.labels, "the least cost by the matrix 0 1 / 5 0")
