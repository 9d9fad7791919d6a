"""Makes tree thresholds representable in float32 without changing a single decision on float32 inputs.

A tree compares `x <= t` with a double `t`; ONNX rounds `t` to the nearest float32, which may lie above `t`, and then
a value between the two goes the other way. For a float32 `x`, `x <= t` holds exactly when `x <= floor32(t)`.
The converter of scikit-learn forests does this by itself; those of the two kinds of boosting here do not.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np


def floor32(values: np.ndarray) -> np.ndarray:
    """For each double the largest float32 that is not above it, as a double."""
    nearest = values.astype(np.float32)
    above = nearest.astype(np.float64) > values
    return np.where(above, np.nextafter(nearest, np.float32(-np.inf)), nearest).astype(np.float64)


def floor_lightgbm(booster: Any) -> Any:
    """A copy of the booster whose thresholds are float32 values."""
    import lightgbm

    lines = booster.model_to_string(num_iteration=-1).split("\n")
    # Without `tree_sizes`, which counts the old characters, the text is read tree by tree.
    text = "\n".join(_floored_line(line) for line in lines if not line.startswith("tree_sizes="))
    return lightgbm.Booster(model_str=text)


def floor_histogram_boosting(boosting: Any) -> Any:
    """A copy of a scikit-learn histogram gradient boosting whose thresholds are float32 values."""
    floored = copy.deepcopy(boosting)
    for predictor in (tree for iteration in floored._predictors for tree in iteration):  # noqa: SLF001 - no public way
        predictor.nodes["num_threshold"] = floor32(predictor.nodes["num_threshold"])
    return floored


def _floored_line(line: str) -> str:
    if not line.startswith("threshold="):
        return line
    values = np.array(line.removeprefix("threshold=").split(), dtype=np.float64)
    return "threshold=" + " ".join(map(repr, floor32(values).tolist()))
