"""Which of several classes is predicted: the one whose probability is largest against the threshold of its class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_SWEEPS = 20
_SMALLEST = 1e-12


def predicted_classes(answers: np.ndarray, thresholds: Sequence[float]) -> np.ndarray:
    """The position (rows,) of the predicted class of answers (rows, K); equal thresholds: of the most probable one."""
    import numpy as np

    if len(set(thresholds)) <= 1:
        return np.asarray(answers.argmax(axis=1))
    return np.asarray((answers / np.asarray(thresholds, dtype=np.float32)).argmax(axis=1))


def cheapest_thresholds(costs: Sequence[Sequence[float]], actual: np.ndarray, answers: np.ndarray) -> list[float]:
    """The thresholds (K,) that cost least on these rows: one class after another, until no change pays.

    `costs[n][m]` is what the prediction of class m costs when class n is true; `actual` are class positions (rows,).
    """
    import numpy as np

    answers, matrix = np.maximum(answers.astype(np.float64), _SMALLEST), np.asarray(costs, dtype=np.float64)
    thresholds = np.full(answers.shape[1], 1 / answers.shape[1])
    least = _cost(matrix, actual, answers, thresholds)
    for _ in range(_SWEEPS):
        before = least
        for label in range(len(thresholds)):
            tried = thresholds.copy()
            tried[label] = _best_threshold(label, matrix, actual, answers, thresholds)
            cost = _cost(matrix, actual, answers, tried)
            if cost < least:
                thresholds, least = tried, cost
        if least == before:
            break
    # Only their ratios decide.
    return [float(value) for value in thresholds / thresholds.sum()]


def _best_threshold(
    label: int, costs: np.ndarray, actual: np.ndarray, answers: np.ndarray, thresholds: np.ndarray
) -> float:
    """The cheapest threshold of one class while the others stay: in the middle of the cheapest gap between rows."""
    import numpy as np

    ratios = answers / thresholds
    ratios[:, label] = 0
    # The row is predicted as this class while its threshold is below this.
    limits = answers[:, label] / ratios.max(axis=1)
    order = np.argsort(-limits, kind="stable")
    gains = costs[actual, label] - costs[actual, ratios.argmax(axis=1)]
    totals, limits = np.concatenate([[0.0], np.cumsum(gains[order])]), limits[order]
    upper, lower = np.concatenate([[limits[0] * 4], limits]), np.concatenate([limits, [limits[-1] / 4]])
    # Rows of equal limits cannot be parted.
    totals[upper <= lower] = np.inf
    best = int(totals.argmin())
    return float(np.sqrt(upper[best] * lower[best]))


def _cost(costs: np.ndarray, actual: np.ndarray, answers: np.ndarray, thresholds: np.ndarray) -> float:
    return float(costs[actual, (answers / thresholds).argmax(axis=1)].sum())
