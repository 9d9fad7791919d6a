"""The gate's check that a model is better than the best answer that is the same for every row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shared.core.scenario import Scenario
from shared.release.gate.comparison import Lead, lead, too_few
from shared.release.gate.judging_rows import JudgingRows
from shared.release.verdict import Check
from shared.training.metrics import better

if TYPE_CHECKING:
    import numpy as np


def usefulness_check(scenario: Scenario, rows: JudgingRows, answers: np.ndarray) -> Check:
    """Passes when the whole interval of the lead over the best constant answer is on the better side."""
    try:
        found = _best_constant(scenario, rows, answers)
    except ValueError as error:
        return Check("useful", "undecided", None, None, f"Too little to tell: {error}.")
    sentence = (
        f"{found.metric} {found.value:.4f} against {found.other:.4f} of the best constant answer, {found.difference}"
    )
    if found.gain[0] > 0:
        return Check("useful", "pass", found.value, found.other, f"Better than a constant answer: {sentence}.")
    missing = too_few(found.rows, found.positives)
    if missing and found.gain[1] > 0:
        return Check("useful", "undecided", found.value, found.other, f"Too little to tell ({missing}): {sentence}.")
    return Check("useful", "fail", found.value, found.other, f"Not surely better than a constant answer: {sentence}.")


def _best_constant(scenario: Scenario, rows: JudgingRows, answers: np.ndarray) -> Lead:
    import numpy as np

    best: Lead | None = None
    for constant in _constants(scenario, rows.actual, answers.shape[1]):
        found = lead(scenario, rows, answers, np.tile(constant, (len(answers), 1)))
        if best is None or better(scenario.metric, found.other, best.other):
            best = found
    assert best is not None  # noqa: S101 - there is always a constant answer
    return best


def _constants(scenario: Scenario, actual: np.ndarray, width: int) -> Iterator[np.ndarray]:
    """Answers (columns,) that whoever knew these rows would give to all of them."""
    import numpy as np

    if scenario.task == "regression":
        yield np.array([actual.mean()])
        yield np.array([np.median(actual)])
        return
    if scenario.task == "multilabel":
        yield actual.mean(axis=0)
        yield np.ones(width)
        return
    yield np.bincount(actual, minlength=width) / len(actual)
    yield from np.eye(width)
