"""The AUC and what each row adds to its error: DeLong's placement values as influence, summed by cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.scenario import Task

if TYPE_CHECKING:
    import numpy as np

_BINARY = 2


def auc_influence(task: Task, actual: np.ndarray, answers: np.ndarray) -> tuple[float, np.ndarray]:
    """The AUC as `shared.training.metrics.score` has it, and the influence of each row on it (rows,).

    ValueError when the rows lack a class.
    """
    import numpy as np

    if task == "multilabel":
        varied = [at for at in range(answers.shape[1]) if 0 < (actual[:, at] == 1).sum() < len(actual)]
        if not varied:
            raise ValueError("AUC needs rows of both classes")
        found = [_influence(actual[:, at] == 1, answers[:, at]) for at in varied]
        return float(np.mean([value for value, _ in found])), np.mean([each for _, each in found], axis=0)
    if answers.shape[1] == _BINARY:
        return _influence(actual == 1, answers[:, 1])
    return _by_class(actual, answers)


def _by_class(actual: np.ndarray, answers: np.ndarray) -> tuple[float, np.ndarray]:
    """Each class against the rest, weighted by its share of the rows, which varies too."""
    import numpy as np

    total, influence = 0.0, np.zeros(len(actual))
    for label in np.unique(actual):
        truth = actual == label
        value, each = _influence(truth, answers[:, label])
        share = float(truth.mean())
        total += share * value
        influence += share * each + value * (truth - share) / len(actual)
    return total, influence


def _influence(truth: np.ndarray, answers: np.ndarray) -> tuple[float, np.ndarray]:
    """The AUC of one class against the rest, ties counting half, and each row's influence (rows,)."""
    import numpy as np
    from scipy.stats import rankdata

    positive, negative = answers[truth], answers[~truth]
    if not len(positive) or not len(negative):
        raise ValueError("AUC needs rows of both classes")
    ranks = rankdata(answers)
    above = (ranks[truth] - rankdata(positive)) / len(negative)
    below = 1 - (ranks[~truth] - rankdata(negative)) / len(positive)
    value = float(above.mean())
    influence = np.empty(len(answers))
    influence[truth] = (above - value) / len(positive)
    influence[~truth] = (below - value) / len(negative)
    return value, influence


def fewest(task: Task, actual: np.ndarray, groups: np.ndarray) -> int:
    """How many clusters hold the rarest answer: of two or more classes the smallest, of several labels any of them."""
    import numpy as np

    if task == "regression":
        return len(np.unique(groups))
    if task == "multilabel":
        having = (actual == 1).any(axis=1)
        return min(len(np.unique(groups[having])), len(np.unique(groups[~having])) or len(actual))
    return min((len(np.unique(groups[actual == label])) for label in np.unique(actual)), default=0)


def normal_interval(
    value: float, influence: np.ndarray, groups: np.ndarray, fewest_clusters: int, level: float
) -> tuple[float, float]:
    """The interval of a value by the influence of its clusters; Student's t by the clusters of the rarest answer.

    ValueError when the rarest answer stands in one cluster alone: nothing then says how much it varies.
    """
    import numpy as np
    from scipy.stats import t

    if fewest_clusters <= 1:
        raise ValueError("the rarest answer stands in one independent row alone")
    sums = np.bincount(groups, weights=influence)
    error = float(np.sqrt((sums**2).sum() * len(sums) / (len(sums) - 1)))
    half = float(t.ppf((1 + level) / 2, fewest_clusters - 1)) * error
    return value - half, value + half
