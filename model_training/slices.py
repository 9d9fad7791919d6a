"""How good a model is on parts of the rows it is judged on: where the mean hides that it fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from model_training.split import LEAST
from model_training.steps.prepare import Prepared
from shared.domain.metrics import score

# Of a column with more values the most frequent ones, or four ranges of a number or time.
_MOST = 20
_RANGES = (0.25, 0.5, 0.75)


def slices(prepared: Prepared, answers: np.ndarray) -> dict[str, Mapping[str, Any]]:
    """Per declared column and value, or range of values: its test rows and the primary metric there.

    The metric is None where these rows cannot show it; fewer than LEAST rows are left out.
    """
    judged = prepared.frame.take(pa.array(prepared.parts.test))
    present = [name for name in prepared.scenario.slices if name in judged.column_names]
    return {name: _column(prepared, answers, judged[name]) for name in present}


def _column(prepared: Prepared, answers: np.ndarray, column: pa.ChunkedArray) -> dict[str, Any]:
    groups = sorted(_groups(column).items(), key=lambda pair: -len(pair[1]))[:_MOST]
    return {name: _judged(prepared, answers, rows) for name, rows in groups if len(rows) >= LEAST}


def _groups(column: pa.ChunkedArray) -> dict[str, np.ndarray]:
    """Row numbers by value, or by range where a number or time has many values; nulls are in none."""
    known = np.flatnonzero(column.is_valid().to_numpy())
    values = column.take(pa.array(known)).to_numpy()
    names, codes = np.unique(values, return_inverse=True)
    if len(names) <= _MOST or values.dtype.kind not in "iufM":
        return {str(name): known[codes == code] for code, name in enumerate(names)}
    # By rank, so that each range holds about as many rows; equal values stay together.
    ranges = np.searchsorted(np.quantile(codes, _RANGES), codes, side="left")
    groups = [ranges == one for one in np.unique(ranges)]
    return {f"{values[group].min()} to {values[group].max()}": known[group] for group in groups}


def _judged(prepared: Prepared, answers: np.ndarray, rows: np.ndarray) -> dict[str, Any]:
    metric, actual = prepared.scenario.metric, prepared.y[prepared.parts.test[rows]]
    try:
        value: float | None = score(prepared.scenario.task, metric, actual, answers[rows])
    except ValueError:
        value = None
    return {"rows": len(rows), metric: value}
