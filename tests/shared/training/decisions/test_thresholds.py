"""The threshold is chosen by the declared decision where the model was chosen, and judged where nothing was."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_recall_curve

from shared.core.declaration.decision import Decision
from shared.core.errors import Misconfigured
from shared.training.decisions.thresholds import at_threshold, choose_threshold, judge_thresholds

_RANDOM = np.random.default_rng(2)
BEST = Decision()


def _rows(rows: int = 500, share: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    truth = _RANDOM.random(rows) < share
    given = np.round(np.clip(0.2 * truth + _RANDOM.random(rows) * 0.4, 0, 1), 2).astype(np.float32)
    return truth.astype(np.int64), np.column_stack([1 - given, given])


def _chosen(decision: Decision, truth: np.ndarray, answers: np.ndarray) -> dict[str, float]:
    given = answers[:, 1]
    return at_threshold(truth == 1, given, choose_threshold(decision, truth == 1, given))


def _every(truth: np.ndarray, answers: np.ndarray) -> list[dict[str, float]]:
    given = answers[:, 1]
    return [at_threshold(truth == 1, given, float(value)) for value in np.unique(given)]


def test_no_other_threshold_has_a_larger_f1() -> None:
    """Against every threshold scikit-learn knows, ties included."""
    truth, answers = _rows()
    precision, recall, _ = precision_recall_curve(truth, answers[:, 1])
    every = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    assert _chosen(BEST, truth, answers)["f1"] == pytest.approx(every.max())


def test_no_other_threshold_costs_less() -> None:
    """A missed row that costs ten false alarms is worth many alarms; the other way round few are raised."""
    truth, answers = _rows()

    def cost(one: dict[str, float], false_alarm: float, missed: float) -> float:
        alarms, hits = one["named"] * len(truth), one["recall"] * truth.sum()
        return false_alarm * (alarms - hits) + missed * (truth.sum() - hits)

    for prices in ((1.0, 10.0), (10.0, 1.0)):
        found = _chosen(Decision("cost", false_alarm=prices[0], missed=prices[1]), truth, answers)
        least = min([cost(one, *prices) for one in _every(truth, answers)])
        assert cost(found, *prices) == pytest.approx(least)


def test_a_recall_is_reached_with_the_fewest_alarms() -> None:
    """No threshold with that recall raises fewer."""
    truth, answers = _rows()
    found = _chosen(Decision("recall", share=0.8), truth, answers)
    assert found["recall"] >= 0.8
    assert found["named"] == min(one["named"] for one in _every(truth, answers) if one["recall"] >= 0.8)


def test_a_precision_is_reached_with_the_most_true_rows() -> None:
    """No threshold with that precision finds more; one that cannot be reached takes the best there is."""
    truth, answers = _rows()
    found = _chosen(Decision("precision", share=0.3), truth, answers)
    assert found["precision"] >= 0.3
    assert found["recall"] == max(one["recall"] for one in _every(truth, answers) if one["precision"] >= 0.3)
    mixed = np.column_stack([np.full(4, 0.5), np.array([0.9, 0.8, 0.7, 0.6])])
    best = _chosen(Decision("precision", share=1.0), np.array([0, 1, 1, 0]), mixed)
    assert best["precision"] == pytest.approx(2 / 3)


def test_alarms_stay_within_their_share() -> None:
    """As many as may be, and no more."""
    truth, answers = _rows()
    found = _chosen(Decision("alarm_share", share=0.2), truth, answers)
    assert found["named"] == max(one["named"] for one in _every(truth, answers) if one["named"] <= 0.2)


@pytest.mark.parametrize(
    ("rule", "numbers", "said"),
    [
        ("recall", {}, "above 0, up to 1"),
        ("precision", {"share": 1.5}, "above 0, up to 1"),
        ("alarm_share", {"share": -0.1}, "above 0, up to 1"),
        ("cost", {"missed": 0.0}, "two numbers above 0"),
    ],
)
def test_a_rule_without_its_numbers_is_refused(rule: str, numbers: dict[str, float], said: str) -> None:
    """In words, where it is declared."""
    with pytest.raises(Misconfigured, match=said):
        Decision(rule, **numbers)  # type: ignore[arg-type]


def test_both_thresholds_are_judged_on_both_parts() -> None:
    """One half names nobody here; the served one does, and its F1 on test is scikit-learn's."""
    held, test = _rows(), _rows()
    found = judge_thresholds("binary", held, test, ("no", "yes"), {"yes": BEST, "no": BEST})["yes"]
    assert found["half"]["threshold"] == 0.5
    served = found["served"]
    assert served["threshold"] == choose_threshold(BEST, held[0] == 1, held[1][:, 1])
    named = test[1][:, 1] >= np.float32(served["threshold"])
    assert served["test"]["f1"] == pytest.approx(f1_score(test[0], named))
    assert served["test"]["named"] == named.mean()
    assert found["half"]["unseen"]["recall"] < served["unseen"]["recall"]
    assert found["rule"] == "the largest F1"


def test_each_of_several_labels_has_its_own() -> None:
    """A label nobody has in the validation rows is predicted from one half on; classes and numbers have none."""
    truth, answers = _rows()
    several, rules = np.column_stack([truth, np.zeros_like(truth)]), {"up": BEST, "down": Decision("recall", share=0.9)}
    found = judge_thresholds("multilabel", (several, answers), (several, answers), ("up", "down"), rules)
    assert list(found) == ["up", "down"]
    assert found["down"]["served"]["threshold"] == 0.5
    assert found["down"]["rule"] == "the fewest alarms with a recall of at least 0.9"
    assert judge_thresholds("multiclass", (truth, answers), (truth, answers), ("a", "b"), {}) == {}
    assert judge_thresholds("regression", (truth, answers), (truth, answers), ("y",), {}) == {}


def test_a_threshold_nobody_reaches_names_nobody() -> None:
    """All is 0 then, and nothing divides by it."""
    assert at_threshold(np.array([True, False]), np.array([0.1, 0.2]), 0.9) == {
        "precision": 0.0, "recall": 0.0, "f1": 0.0, "named": 0.0,
    }  # fmt: skip


def test_rows_that_no_fit_could_answer_do_not_count() -> None:
    """The threshold is that of the answered rows alone."""
    truth, answers = _rows()
    longer = np.concatenate([answers[:, 1], np.full(50, np.nan, dtype=np.float32)])
    found = choose_threshold(BEST, np.concatenate([truth == 1, np.ones(50, dtype=bool)]), longer)
    assert found == choose_threshold(BEST, truth == 1, answers[:, 1])
    assert at_threshold(np.ones(2, dtype=bool), np.array([np.nan, 0.9]), 0.5)["recall"] == 1.0


def test_where_no_true_row_was_answered_as_many_are_named_as_are_true() -> None:
    """A tenth of all rows is true: about a tenth of the answered ones is predicted."""
    given = _RANDOM.random(900)
    truth = np.concatenate([np.zeros(900, dtype=bool), np.ones(100, dtype=bool)])
    found = choose_threshold(BEST, truth, np.concatenate([given, np.full(100, np.nan)]))
    assert (given >= found).mean() == pytest.approx(0.1, abs=0.005)
