"""Whether a probability can be read as a share: of rows answered with 0.3, about three in ten should be true."""

from __future__ import annotations

from typing import Any

import numpy as np

from shared.core.scenario import Task

BINS = 10
_BINARY = 2
# 95 % of a normal distribution lie within so many standard deviations.
_Z = 1.959964


def calibration_of(task: Task, actual: np.ndarray, answers: np.ndarray, labels: tuple[str, ...]) -> dict[str, Any]:
    """By label `bins`, `error` (expected calibration error) and `brier`; nothing for numbers.

    Of two classes only the second is listed, because the first mirrors it. Several classes also have `together`: the
    Brier score over all of them (0 to 2) and the error of the predicted class.
    """
    if task == "regression":
        return {}
    if task == "multilabel":
        return {"labels": {name: reliability(actual[:, at] == 1, answers[:, at]) for at, name in enumerate(labels)}}
    listed = range(1, _BINARY) if len(labels) == _BINARY else range(len(labels))
    facts: dict[str, Any] = {"labels": {labels[at]: reliability(actual == at, answers[:, at]) for at in listed}}
    if len(labels) > _BINARY:
        true = np.eye(len(labels))[actual]
        predicted = reliability(answers.argmax(axis=1) == actual, answers.max(axis=1))
        brier = float(((answers.astype(np.float64) - true) ** 2).sum(axis=1).mean())
        facts["together"] = {"brier": brier, "error": predicted["error"]}
    return facts


def reliability(truth: np.ndarray, probability: np.ndarray) -> dict[str, Any]:
    """`bins`: ten of equal width with rows, mean probability, true share and its interval (an empty bin has none).

    `error`: the mean distance between those two, weighted by rows (Naeini et al., 2015). `brier`: mean squared error.
    """
    probability = probability.astype(np.float64)
    place = np.minimum((probability * BINS).astype(int), BINS - 1)
    rows = np.bincount(place, minlength=BINS)
    weights = (probability, truth.astype(np.float64))
    expected, true = (np.bincount(place, weights=values, minlength=BINS) for values in weights)
    bins = [_bin(number, int(count), expected[number], true[number]) for number, count in enumerate(rows)]
    error = float(np.abs(expected - true).sum() / len(probability))
    return {"bins": bins, "error": error, "brier": float(((probability - truth) ** 2).mean())}


def _bin(number: int, rows: int, expected: float, true: float) -> dict[str, Any]:
    ends = {"from": number / BINS, "to": (number + 1) / BINS, "rows": rows}
    if not rows:
        return ends
    share = float(true / rows)
    return ends | {"probability": float(expected / rows), "share": share, "interval": list(wilson(share, rows))}


def wilson(share: float, rows: int) -> tuple[float, float]:
    """The 95 % interval of a share of so many rows (Wilson, 1927)."""
    middle = (share + _Z**2 / (2 * rows)) / (1 + _Z**2 / rows)
    half = _Z / (1 + _Z**2 / rows) * (share * (1 - share) / rows + _Z**2 / (4 * rows**2)) ** 0.5
    return max(middle - half, 0.0), min(middle + half, 1.0)
