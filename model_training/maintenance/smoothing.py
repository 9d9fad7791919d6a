"""The running mean that smooths a series before the search for anomalies."""

from __future__ import annotations

import numpy as np

# After so many values each new value weighs one twelfth.
MEMORY = 12


def running_mean(values: np.ndarray) -> np.ndarray:
    """Running means along the last axis, float64 of the same shape.

    `a[0] = x[0]`, then `a[r] = a[r-1] + (x[r] - a[r-1]) / min(12, r)`: the second value replaces the first.
    """
    # Time comes first in memory while the recursion runs: each step is then one contiguous addition.
    series = np.array(np.moveaxis(values, -1, 0), dtype=np.float64, order="C")
    for r in range(1, len(series)):
        series[r] = series[r - 1] + (series[r] - series[r - 1]) / min(MEMORY, r)
    return np.ascontiguousarray(np.moveaxis(series, 0, -1))
