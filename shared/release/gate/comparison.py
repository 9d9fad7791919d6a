"""Two models on the same rows: how far one leads, how sure that is, and what follows for the gate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.release.verdict import CheckVerdict
from shared.training.delong import fewest
from shared.training.intervals import LEVEL, BootstrapComparison
from shared.training.metrics import LARGER_IS_BETTER, score

if TYPE_CHECKING:
    import numpy as np

    from shared.release.gate.judging_rows import JudgingRows

LEAST_ROWS = 200
LEAST_POSITIVES = 50
MARGIN = 0.01
RELATIVE_MARGIN = 0.02
# Their values have the unit of what is predicted, or no upper end.
_ERRORS = frozenset({"rmse", "mae", "log_loss"})


@dataclass(frozen=True, slots=True)
class Lead:
    """A model's metric, another one's, and the interval of the difference as a gain: above 0 the model is better.

    `low` and `high` are of the difference itself, at that `level`. `rows` and `positives` are independent ones.
    """

    metric: str
    value: float
    other: float
    low: float
    high: float
    margin: float
    rows: int
    positives: int
    level: float = LEVEL

    @property
    def gain(self) -> tuple[float, float]:
        """The interval of how much better the model is."""
        return (self.low, self.high) if LARGER_IS_BETTER[self.metric] else (-self.high, -self.low)

    @property
    def difference(self) -> str:
        """The difference and its interval in words."""
        sure = f"{100 * self.level:g} %"
        return f"a difference of {self.value - self.other:+.4f} ({sure}: {self.low:+.4f} to {self.high:+.4f})"


def margin_of(scenario: Scenario, other: float) -> float:
    """By how much a new model may be worse than one of that value: as declared, else by the kind of metric."""
    if scenario.gate.margin is not None:
        return scenario.gate.margin
    return RELATIVE_MARGIN * abs(other) if scenario.metric in _ERRORS else MARGIN


def lead(scenario: Scenario, rows: JudgingRows, answers: np.ndarray, others: np.ndarray, level: float = LEVEL) -> Lead:
    """How far `answers` lead `others`; ValueError when the rows cannot show the metric."""
    task, metric, actual = scenario.task, scenario.metric, rows.actual
    value, other = (score(task, metric, actual, one) for one in (answers, others))
    low, high = BootstrapComparison(task, metric, actual, clusters=rows.clusters, level=level).lead(answers, others)
    margin = margin_of(scenario, other)
    return Lead(metric, value, other, low, high, margin, *independent(scenario, rows), level)


def independent(scenario: Scenario, rows: JudgingRows) -> tuple[int, int]:
    """How many clusters of rows there are, and how many hold the rarest answer (numbers have none: all)."""
    import numpy as np

    clusters = np.arange(len(rows.actual)) if rows.clusters is None else rows.clusters
    absent = scenario.task in ("binary", "multiclass") and len(np.unique(rows.actual)) < len(scenario.labels)
    return len(np.unique(clusters)), 0 if absent else fewest(scenario.task, rows.actual, clusters)


def too_few(rows: int, positives: int) -> str:
    """What is missing to compare on so many independent rows, or an empty text."""
    if rows < LEAST_ROWS:
        return f"{counted(rows, 'independent row')}, {LEAST_ROWS} are needed"
    if positives < LEAST_POSITIVES:
        return f"{counted(positives, 'independent row')} with the rarest answer, {LEAST_POSITIVES} are needed"
    return ""


def decide(scenario: Scenario, found: Lead) -> tuple[CheckVerdict, str]:
    """The verdict on a challenger by its lead over the champion, and the sentence that says why."""
    low, high = found.gain
    needed = "above 0" if scenario.gate.rule == "superior" else f"at least -{found.margin:.4g}"
    if missing := too_few(found.rows, found.positives):
        return "undecided", f"Too little to tell: {missing}."
    if low > 0 or (scenario.gate.rule == "not_inferior" and low >= -found.margin):
        return "pass", "Better." if low > 0 else f"Not worse: the lower end of the gain is {needed}."
    if high < -found.margin:
        return "fail", f"Worse by more than the margin of {found.margin:.4g}."
    if (high - low) / 2 > 2 * found.margin:
        return "undecided", (
            f"Too little to tell: the interval's half width is {(high - low) / 2:.4f}, more than twice the margin "
            f"of {found.margin:.4g}; more judging rows are needed."
        )
    return "fail", f"Not shown to be as good: the lower end of the gain is {low:+.4f}, it must be {needed}."
