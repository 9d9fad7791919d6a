"""How good an answer is: the numbers that training reports and the gate compares, from one place.

Probabilities are (rows, classes), or (rows,) of class 1 of two; labels are class positions 0 … K-1. Of two classes
class 1 is the positive one; of more, each is scored against the rest and counts by its share of the rows. Several
labels at once are a 0/1 matrix (rows, labels) beside a probability for each; numbers are (rows,) or (rows, 1).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from shared.core.scenario import Task
from shared.training.decisions.classes import predicted_classes

if TYPE_CHECKING:
    import numpy as np

_SMALLEST = 1e-15
_BINARY = 2


def score(task: Task, metric: str, actual: np.ndarray, answers: np.ndarray) -> float:
    """The metric of a model's `answers` (rows, columns) against what was true; `better` says which of two wins.

    `actual` is as the module says. Of several labels it is the mean over those that stand in some rows and not in all.
    KeyError when the task has no such metric; ValueError when these rows cannot show it.
    """
    if task == "regression":
        return REGRESSION[metric](actual.reshape(-1), answers.reshape(-1))
    if task != "multilabel":
        return METRICS[metric](actual, answers)
    values = [value for value in _by_label(metric, actual, answers) if value is not None]
    if not values:
        raise ValueError("every label stands in all rows or in none")
    return sum(values) / len(values)


def at_decisions(task: Task, metric: str, answers: np.ndarray, thresholds: Sequence[float]) -> np.ndarray:
    """The answers (rows, columns) as `metric` is to see them.

    Accuracy and F1 judge what is predicted: a column becomes 0 or 1 by the thresholds. Other metrics judge
    the probabilities as they are; so does everything where no thresholds are given.
    """
    import numpy as np

    if metric not in DECIDED or not thresholds or task == "regression":
        return answers
    if task == "multiclass":
        return np.asarray(np.eye(answers.shape[1])[predicted_classes(answers, thresholds)])
    if task == "multilabel":
        return np.asarray(answers >= np.asarray(thresholds, dtype=np.float32), dtype=np.float64)
    named = answers[:, -1] >= np.float32(thresholds[0])
    return np.column_stack([~named, named]).astype(np.float64)


def scores(
    task: Task, actual: np.ndarray, answers: np.ndarray, labels: Sequence[str] = (), thresholds: Sequence[float] = ()
) -> Mapping[str, float]:
    """Every metric of the task by name; of several labels also `<metric>_<label>` for each that can be judged.

    Accuracy and F1 are those of what is predicted at `thresholds`: 0.5 where none are given.
    """
    names = REGRESSION if task == "regression" else METRICS
    judged = {metric: at_decisions(task, metric, answers, thresholds) for metric in names}
    values = {metric: score(task, metric, actual, judged[metric]) for metric in names}
    if task == "multilabel":
        for metric in names:
            by_label = zip(labels, _by_label(metric, actual, judged[metric]), strict=True)
            values |= {f"{metric}_{label}": value for label, value in by_label if value is not None}
    return values


def better(metric: str, value: float, rival: float) -> bool:
    """Whether `value` wins: larger or smaller as LARGER_IS_BETTER says; an equal or undefined one never does."""
    return value > rival if LARGER_IS_BETTER[metric] else value < rival


def reaches(metric: str, value: float, bar: float) -> bool:
    """Whether `value` is at least as good as `bar`; an undefined value reaches nothing."""
    return value >= bar if LARGER_IS_BETTER[metric] else value <= bar


def _by_label(metric: str, actual: np.ndarray, answers: np.ndarray) -> list[float | None]:
    """The metric of each label on its own; None where all rows are alike and there is nothing to tell apart."""
    columns = range(answers.shape[1])
    alike = [bool((actual[:, one] == actual[0, one]).all()) for one in columns]
    return [None if alike[one] else METRICS[metric](actual[:, one].astype(int), answers[:, one]) for one in columns]


def classification(truth: np.ndarray, probabilities: np.ndarray) -> Mapping[str, float]:
    """Every metric of METRICS; ValueError when `truth` holds fewer than two classes (a ranking has no score then)."""
    return {name: metric(truth, probabilities) for name, metric in METRICS.items()}


def prior(truth: np.ndarray, shares: np.ndarray) -> Mapping[str, float]:
    """The same metrics for whoever answers every row with the class shares of the training rows (K,)."""
    import numpy as np

    return classification(truth, np.tile(shares, (len(truth), 1)))


def roc_auc(truth: np.ndarray, score: np.ndarray, weights: np.ndarray | None = None) -> float:
    """The chance that a positive row scores above a negative one, ties counting half (Mann-Whitney U).

    `truth` is true for positive rows; `weights` count each row so many times. ValueError when one class is absent.
    """
    import numpy as np

    positive, negative = _weights_by_score(truth, score, weights)
    below = np.cumsum(negative) - negative
    pairs = positive.sum() * negative.sum()
    if pairs == 0:
        raise ValueError("AUC needs rows of both classes")
    return float((positive * (below + negative / 2)).sum() / pairs)


def average_precision(truth: np.ndarray, score: np.ndarray) -> float:
    """The area under precision over recall as a step function, ties together; ValueError without positive rows."""
    import numpy as np

    positive, negative = _weights_by_score(truth, score, None)
    hits, misses = np.cumsum(positive[::-1]), np.cumsum(negative[::-1])
    if hits[-1] == 0:
        raise ValueError("average precision needs rows of the positive class")
    precision = hits / (hits + misses)
    return float((precision * positive[::-1]).sum() / hits[-1])


def log_loss(truth: np.ndarray, probabilities: np.ndarray) -> float:
    """The mean negative natural logarithm of the probability given to the true class."""
    import numpy as np

    given = probabilities[np.arange(len(truth)), truth].astype(np.float64)
    return float(-np.log(np.clip(given, _SMALLEST, 1.0)).mean())


def accuracy(truth: np.ndarray, predicted: np.ndarray) -> float:
    """The share of rows whose predicted class is the true one."""
    return float((truth == predicted).mean())


def f1(truth: np.ndarray, predicted: np.ndarray) -> float:
    """The harmonic mean of precision and recall of true rows; 0 without any hit."""
    hits, both = float((truth & predicted).sum()), float(truth.sum() + predicted.sum())
    return 2 * hits / both if both else 0.0


def r2(truth: np.ndarray, predicted: np.ndarray) -> float:
    """The share of the variance that is explained; ValueError when all true values are equal."""
    spread = float(((truth - truth.mean(dtype=float)) ** 2).sum(dtype=float))
    if spread == 0:
        raise ValueError("R² needs values that differ")
    return 1 - float(((truth - predicted) ** 2).sum(dtype=float)) / spread


def rmse(truth: np.ndarray, predicted: np.ndarray) -> float:
    """The root of the mean squared error, in the unit of the values."""
    return float(((truth - predicted) ** 2).mean(dtype=float) ** 0.5)


def mae(truth: np.ndarray, predicted: np.ndarray) -> float:
    """The mean absolute error, in the unit of the values."""
    return float(abs(truth - predicted).mean(dtype=float))


def _weights_by_score(
    truth: np.ndarray, score: np.ndarray, weights: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Positive and negative weight of every distinct score, ascending."""
    import numpy as np

    order = np.argsort(score, kind="stable")
    ordered = score[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    sorted_weights = np.ones(len(score)) if weights is None else weights[order].astype(np.float64)
    positive = np.where(truth[order], sorted_weights, 0.0)
    total = np.add.reduceat(sorted_weights, starts)
    positives = np.add.reduceat(positive, starts)
    return positives, total - positives


def _weighted(metric: Callable[[np.ndarray, np.ndarray], float], truth: np.ndarray, probabilities: np.ndarray) -> float:
    """A metric of one class against the rest; more than two classes count by their share of the rows."""
    if probabilities.shape[1] == _BINARY:
        return metric(truth == 1, probabilities[:, 1])
    present = sorted(set(truth.tolist()))
    values = (metric(truth == label, probabilities[:, label]) * float((truth == label).mean()) for label in present)
    return sum(values)


def _auc(truth: np.ndarray, probabilities: np.ndarray) -> float:
    return _weighted(roc_auc, truth, _columns(probabilities))


def _average_precision(truth: np.ndarray, probabilities: np.ndarray) -> float:
    return _weighted(average_precision, truth, _columns(probabilities))


def _accuracy(truth: np.ndarray, probabilities: np.ndarray) -> float:
    return accuracy(truth, _columns(probabilities).argmax(axis=1))


def _log_loss(truth: np.ndarray, probabilities: np.ndarray) -> float:
    return log_loss(truth, _columns(probabilities))


def _f1(truth: np.ndarray, probabilities: np.ndarray) -> float:
    import numpy as np

    columns = _columns(probabilities)
    named = np.eye(columns.shape[1], dtype=bool)[columns.argmax(axis=1)]
    return _weighted(f1, truth, named)


def _columns(probabilities: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.column_stack([1 - probabilities, probabilities]) if probabilities.ndim == 1 else probabilities


# Name: (label positions (rows,), probabilities) to a number.
METRICS: Mapping[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "auc": _auc,
    "accuracy": _accuracy,
    "log_loss": _log_loss,
    "average_precision": _average_precision,
    "f1": _f1,
}
# Name: (true numbers (rows,), predicted numbers (rows,)) to a number.
REGRESSION: Mapping[str, Callable[[np.ndarray, np.ndarray], float]] = {"r2": r2, "rmse": rmse, "mae": mae}
# Metrics of what is predicted; the others judge the probabilities.
DECIDED = frozenset({"accuracy", "f1"})
# Every metric a scenario may name, and the direction in which it improves.
LARGER_IS_BETTER: Mapping[str, bool] = {
    "auc": True,
    "accuracy": True,
    "log_loss": False,
    "average_precision": True,
    "f1": True,
    "r2": True,
    "rmse": False,
    "mae": False,
}
