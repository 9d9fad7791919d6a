"""A model may fail where the mean does not show it: the worst slice of the declared holdout."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.core.scenario import Scenario
from shared.release.intervals import Judge
from shared.release.verdict import Check
from shared.training.metrics import LARGER_IS_BETTER, score

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

# Fewer rows say too little; more values than this are told in quarters.
LEAST_ROWS = 50
_VALUES = 12
# A slice may be so much worse than the bar of all rows before a whole interval below counts against the model.
TOLERANCE = 0.15


@dataclass(frozen=True, slots=True)
class _Slice:
    name: str
    value: float
    # The end of the interval that speaks for the model, as it would look if larger were better.
    best_case: float
    threshold: float
    told: str


def worst_slice(
    scenario: Scenario, table: pa.Table, actual: np.ndarray, answers: np.ndarray, others: np.ndarray | None
) -> Check:
    """Against the champion on the same rows of each slice; without one, against the scenario's bar with a tolerance.

    Fails when the whole 95 % interval of a slice, widened for the number of slices looked at, is on the wrong side.
    """
    named = [name for name in scenario.slices if name in table.column_names]
    if not named:
        absent = "declares no slices" if not scenario.slices else "has slices the holdout does not hold as columns"
        return Check("slices", "skip", None, None, f"The scenario {absent}.")
    found = [
        one
        for name in named
        for value, rows in _groups(table, name)
        if (one := _judged(scenario, f"{name} = {value}", actual[rows], answers[rows], _part(others, rows)))
    ]
    if not found:
        return Check(
            "slices", "skip", None, None, f"No slice of {', '.join(named)} has {LEAST_ROWS} rows of both kinds."
        )
    worst = min(found, key=lambda one: one.best_case)
    fine = worst.best_case >= 0
    reason = f"{'No slice is worse' if fine else 'Worse'} beyond chance; of {len(found)} the worst is {worst.told}."
    return Check("slices", "pass" if fine else "fail", worst.value, worst.threshold, reason)


def _part(others: np.ndarray | None, rows: np.ndarray) -> np.ndarray | None:
    return None if others is None else others[rows]


def _judged(
    scenario: Scenario, name: str, actual: np.ndarray, answers: np.ndarray, others: np.ndarray | None
) -> _Slice | None:
    metric = scenario.metric if others is not None else scenario.bar.metric
    judge, sign = Judge(scenario.task, metric, actual), 1 if LARGER_IS_BETTER[metric] else -1
    try:
        value = score(scenario.task, metric, actual, answers)
        if others is not None:
            rival = score(scenario.task, metric, actual, others)
            low, high = judge.lead(answers, others)
            told = f"{name}: {metric} {value:.4f} against {rival:.4f} of the champion (95 %: {low:+.4f} to {high:+.4f})"
            best = (high if sign > 0 else -low) + (high - low) / 2
            return _Slice(name, value, best, rival, told)
        low, high = judge.interval(answers)
    except ValueError:
        return None
    threshold = scenario.bar.minimum - sign * TOLERANCE * abs(scenario.bar.minimum)
    best = sign * ((high if sign > 0 else low) - threshold) + (high - low) / 2
    told = f"{name}: {metric} {value:.4f} (95 %: {low:.4f} to {high:.4f}), where {threshold:.4f} would do"
    return _Slice(name, value, best, threshold, told)


def _groups(table: pa.Table, name: str) -> Iterator[tuple[str, np.ndarray]]:
    """Values of few different ones; of many numbers, quarters; of many texts, the most frequent."""
    import numpy as np
    import pandas as pd

    column = table[name].to_pandas()
    if column.nunique() > _VALUES and pd.api.types.is_numeric_dtype(column):
        column = pd.qcut(column, 4, duplicates="drop")
    texts = column.astype(str).to_numpy()
    values, counts = np.unique(texts, return_counts=True)
    for value in values[np.argsort(-counts, kind="stable")][:_VALUES]:
        rows = np.flatnonzero(texts == value)
        if len(rows) >= LEAST_ROWS:
            yield str(value), rows
