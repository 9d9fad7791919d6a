"""The gate's slice check: the slice of the holdout where a model is worst, which an average over all rows hides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.core.scenario import Scenario
from shared.release.gate.comparison import lead
from shared.release.gate.judging_rows import JudgingRows
from shared.release.verdict import Check, CheckVerdict
from shared.training.intervals import BootstrapComparison
from shared.training.metrics import LARGER_IS_BETTER, score

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

# Fewer rows say too little. A column of numbers with more values than this is cut into quarters.
LEAST_ROWS = 50
_VALUES = 12
# The slice of rows without a value.
_MISSING = "missing"
# The share by which a slice may miss the bar of all rows before it counts against the model.
TOLERANCE = 0.15


@dataclass(frozen=True, slots=True)
class _Slice:
    name: str
    value: float
    # How far the end of the widened interval that is best for the model lies beyond the threshold; below 0 it fails.
    margin: float
    threshold: float
    sentence: str


def worst_slice(
    scenario: Scenario, judging: JudgingRows, answers: np.ndarray, champion_answers: np.ndarray | None
) -> Check:
    """Against the champion on the same rows of each slice; without one, against the scenario's bar with a tolerance.

    A slice counts against the model when its whole 95 % interval, widened for the number of slices, is on the wrong
    side: below the champion by more than the margin, which is a trade-off, or below the bar, which fails.
    """
    columns = [name for name in scenario.slices if name in judging.table.column_names]
    if not columns:
        absent = "declares no slices" if not scenario.slices else "declares slices that are not columns of the holdout"
        return Check("slices", "skip", None, None, f"The scenario {absent}.")
    slices = [
        judged
        for column in columns
        for value, rows in _groups(judging.table, column)
        if (
            judged := _judge_slice(
                scenario,
                f"{column} = {value}",
                judging.take(rows),
                answers[rows],
                None if champion_answers is None else champion_answers[rows],
            )
        )
    ]
    if not slices:
        reason = f"No slice of {', '.join(columns)} has {LEAST_ROWS} rows of both kinds."
        return Check("slices", "skip", None, None, reason)
    worst = min(slices, key=lambda judged: judged.margin)
    passed = worst.margin >= 0
    compared = "No slice is worse" if passed else "A slice is worse"
    reason = f"{compared} beyond chance; the worst of {len(slices)} is {worst.sentence}."
    objection: CheckVerdict = "fail" if champion_answers is None else "trade_off"
    return Check("slices", "pass" if passed else objection, worst.value, worst.threshold, reason)


def _judge_slice(
    scenario: Scenario, name: str, rows: JudgingRows, answers: np.ndarray, champion_answers: np.ndarray | None
) -> _Slice | None:
    """The slice, or None when its rows cannot show the metric."""
    try:
        if champion_answers is None:
            return _against_bar(scenario, name, rows, answers)
        return _against_champion(scenario, name, rows, answers, champion_answers)
    except ValueError:
        return None


def _against_champion(
    scenario: Scenario, name: str, rows: JudgingRows, answers: np.ndarray, champion_answers: np.ndarray
) -> _Slice:
    found = lead(scenario, rows, answers, champion_answers)
    margin = found.gain[1] + (found.high - found.low) / 2 + found.margin
    sentence = (
        f"{name}: {found.metric} {found.value:.4f} against {found.other:.4f} of the champion "
        f"(95 %: {found.low:+.4f} to {found.high:+.4f})"
    )
    return _Slice(name, found.value, margin, found.other, sentence)


def _against_bar(scenario: Scenario, name: str, rows: JudgingRows, answers: np.ndarray) -> _Slice:
    metric, minimum = scenario.bar.metric, scenario.bar.minimum
    sign = 1 if LARGER_IS_BETTER[metric] else -1
    value = score(scenario.task, metric, rows.actual, answers)
    judge = BootstrapComparison(scenario.task, metric, rows.actual, clusters=rows.clusters)
    low, high = judge.interval(answers)
    threshold = minimum - sign * TOLERANCE * abs(minimum)
    margin = sign * ((high if sign > 0 else low) - threshold) + (high - low) / 2
    sentence = f"{name}: {metric} {value:.4f} (95 %: {low:.4f} to {high:.4f}); {threshold:.4f} is enough"
    return _Slice(name, value, margin, threshold, sentence)


def _groups(table: pa.Table, name: str) -> Iterator[tuple[str, np.ndarray]]:
    """The slices of a column with their rows: its values, quarters of numbers, or the most frequent texts."""
    import numpy as np
    import pandas as pd

    column = table[name].to_pandas()
    if column.nunique() > _VALUES and pd.api.types.is_numeric_dtype(column):
        column = pd.qcut(column, 4, duplicates="drop")
    texts = column.astype(str).where(column.notna(), _MISSING).to_numpy()
    values, counts = np.unique(texts, return_counts=True)
    for value in values[np.argsort(-counts, kind="stable")][:_VALUES]:
        rows = np.flatnonzero(texts == value)
        if len(rows) >= LEAST_ROWS:
            yield str(value), rows
