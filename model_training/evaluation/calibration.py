"""Whether a probability means what it says: of rows answered with 0.3, about three in ten should be true."""

from __future__ import annotations

from typing import Any

import numpy as np

from shared.core.scenario import Task

BINS = 10
_BINARY = 2
# 95 % of a normal distribution lie within so many standard deviations.
_Z = 1.959964


def calibration(task: Task, actual: np.ndarray, answers: np.ndarray, labels: tuple[str, ...]) -> dict[str, Any]:
    """By label `bins`, `error` (expected calibration error) and `brier`; nothing for numbers.

    Of two classes only the second is told, the first being its mirror. Several classes have besides, under
    `together`, the Brier score over all of them (0 to 2) and the error of the class that was named.
    """
    if task == "regression":
        return {}
    if task == "multilabel":
        return {"labels": {name: reliability(actual[:, at] == 1, answers[:, at]) for at, name in enumerate(labels)}}
    told = range(1, _BINARY) if len(labels) == _BINARY else range(len(labels))
    found: dict[str, Any] = {"labels": {labels[at]: reliability(actual == at, answers[:, at]) for at in told}}
    if len(labels) > _BINARY:
        true = np.eye(len(labels))[actual]
        named = reliability(answers.argmax(axis=1) == actual, answers.max(axis=1))
        brier = float(((answers.astype(np.float64) - true) ** 2).sum(axis=1).mean())
        found["together"] = {"brier": brier, "error": named["error"]}
    return found


def reliability(truth: np.ndarray, probability: np.ndarray) -> dict[str, Any]:
    """`bins`: ten of equal width with rows, mean probability, true share and its interval (none where no row falls).

    `error`: the mean distance between those two, weighted by rows (Naeini et al., 2015). `brier`: mean squared error.
    """
    given = probability.astype(np.float64)
    place = np.minimum((given * BINS).astype(int), BINS - 1)
    rows = np.bincount(place, minlength=BINS)
    said, found = (np.bincount(place, weights=values, minlength=BINS) for values in (given, truth.astype(np.float64)))
    bins = [_bin(number, int(count), said[number], found[number]) for number, count in enumerate(rows)]
    error = float(np.abs(said - found).sum() / len(given))
    return {"bins": bins, "error": error, "brier": float(((given - truth) ** 2).mean())}


def _bin(number: int, rows: int, said: float, found: float) -> dict[str, Any]:
    ends = {"from": number / BINS, "to": (number + 1) / BINS, "rows": rows}
    if not rows:
        return ends
    share = float(found / rows)
    return ends | {"probability": float(said / rows), "share": share, "interval": list(wilson(share, rows))}


def wilson(share: float, rows: int) -> tuple[float, float]:
    """The 95 % interval of a share found in so many rows (Wilson, 1927)."""
    middle = (share + _Z**2 / (2 * rows)) / (1 + _Z**2 / rows)
    half = _Z / (1 + _Z**2 / rows) * (share * (1 - share) / rows + _Z**2 / (4 * rows**2)) ** 0.5
    return max(middle - half, 0.0), min(middle + half, 1.0)
