"""The residuals of predicted numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

POINTS = 400
_TENTHS = 10
_BINS = 30


def residual_facts(actual: np.ndarray, predicted: np.ndarray, seed: int) -> dict[str, Any]:
    """`mean`, `quantiles` and `histogram` of true minus predicted, both (rows,), and `tenths` by predicted number.

    `points` are up to POINTS drawn pairs (predicted, true).
    """
    error = actual.astype(np.float64) - predicted
    counts, edges = np.histogram(error, _BINS)
    drawn = np.sort(np.random.default_rng(seed).permutation(len(actual))[:POINTS])
    quantiles = (0.05, 0.25, 0.5, 0.75, 0.95)
    return {
        "mean": float(error.mean()),
        "quantiles": dict(zip(map(str, quantiles), np.quantile(error, quantiles).tolist(), strict=True)),
        "histogram": {"counts": counts.tolist(), "edges": edges.tolist()},
        "tenths": [_tenth(actual[rows], predicted[rows]) for rows in _by_size(predicted)],
        "points": [[float(predicted[row]), float(actual[row])] for row in drawn],
    }


def _by_size(predicted: np.ndarray) -> list[np.ndarray]:
    parts = np.array_split(np.argsort(predicted, kind="stable"), _TENTHS)
    return [part for part in parts if len(part)]


def _tenth(actual: np.ndarray, predicted: np.ndarray) -> dict[str, Any]:
    return {"rows": len(actual), "predicted": float(predicted.mean(dtype=float)), "actual": float(actual.mean())}
