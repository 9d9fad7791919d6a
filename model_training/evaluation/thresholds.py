"""From which probability a label is best predicted: looked for on validation rows, judged on test rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from shared.core.scenario import Task

# What is true of the rows, and what was answered.
Pair = tuple[np.ndarray, np.ndarray]


def thresholds(
    task: Task, validation: Pair, test: Pair, labels: tuple[str, ...], declared: float
) -> dict[str, dict[str, Any]]:
    """By label the `declared` threshold and the one with the `best_f1` on validation, each with what it gives.

    The parts are (actual, answers) as `shared.training.metrics` has them. Classes and numbers have no threshold.
    """
    if task == "binary":
        picked = {labels[1]: tuple((actual == 1, answers[:, 1]) for actual, answers in (validation, test))}
    elif task == "multilabel":
        columns = {name: _column(at, validation, test) for at, name in enumerate(labels)}
        # A label that nobody has in the validation rows has no best threshold.
        picked = {name: pairs for name, pairs in columns.items() if pairs[0][0].any()}
    else:
        picked = {}
    return {name: _told(held, judged, declared) for name, (held, judged) in picked.items()}


def best_f1(truth: np.ndarray, probability: np.ndarray) -> float:
    """The probability from which predicting gives the largest F1; of equally good ones the largest."""
    order = np.argsort(-probability, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(probability[order]) != 0, True))
    hits = np.cumsum(truth[order])[ends]
    return float(probability[order][ends[np.argmax(2 * hits / (ends + 1 + truth.sum()))]])


def at_threshold(truth: np.ndarray, probability: np.ndarray, threshold: float) -> dict[str, float]:
    """Precision, recall and F1 of the rows at or above the threshold, and their share; 0 where nothing is named."""
    named = probability >= np.float32(threshold)
    hits, true, said = int((named & truth).sum()), int(truth.sum()), int(named.sum())
    return {
        "precision": hits / said if said else 0.0,
        "recall": hits / true if true else 0.0,
        "f1": 2 * hits / (true + said) if true + said else 0.0,
        "named": said / len(truth),
    }


def _column(at: int, *parts: Pair) -> tuple[Pair, ...]:
    """The label in this column of each part."""
    return tuple((actual[:, at] == 1, answers[:, at]) for actual, answers in parts)


def _told(validation: Pair, test: Pair, declared: float) -> dict[str, Any]:
    chosen: Mapping[str, float] = {"declared": declared, "best_f1": best_f1(*validation)}
    return {
        name: {
            "threshold": value,
            "validation": at_threshold(*validation, value),
            "test": at_threshold(*test, value),
        }
        for name, value in chosen.items()
    }
