"""Is the quality of a window what the model promised? Judged only with enough labels, and beyond chance."""

from __future__ import annotations

import math
from dataclasses import dataclass

from shared.core.policies import Monitoring
from shared.monitoring.measures import QualityState, QualityVerdict
from shared.training.metrics import LARGER_IS_BETTER

# The quality must be this many standard errors below the promise.
_SURE = 2.0


@dataclass(frozen=True, slots=True)
class LabelCoverage:
    """How many predictions of a window have a label; `minority_count` counts the rows of its smallest class."""

    rows: int
    labelled: int
    minority_count: int
    age_hours: float

    @property
    def coverage(self) -> float:
        """The share of predictions with a label."""
        return self.labelled / self.rows if self.rows else 0.0


def state_of(coverage: LabelCoverage, policy: Monitoring) -> QualityState:
    """Final when nearly all labels are known, or when no more are expected."""
    done = coverage.coverage >= policy.final_coverage or coverage.age_hours >= policy.horizon_hours
    return QualityState.FINAL if done else QualityState.PROVISIONAL


def enough(coverage: LabelCoverage, policy: Monitoring) -> bool:
    """Whether there are enough labels to state a quality."""
    return coverage.labelled >= policy.min_labels and coverage.coverage >= policy.min_coverage


def verdict_of(
    metric: str, value: float | None, expected: float | None, coverage: LabelCoverage, policy: Monitoring
) -> QualityVerdict:
    """`fallen` when the quality is below the promise by more than the policy tolerates and chance gives."""
    if value is None or expected is None or not enough(coverage, policy):
        return QualityVerdict.UNKNOWN
    lost = expected - value if LARGER_IS_BETTER[metric] else value - expected
    tolerated = policy.quality_may_fall + _SURE * standard_error(metric, value, coverage)
    return QualityVerdict.FALLEN if lost > tolerated else QualityVerdict.KEPT


def standard_error(metric: str, value: float, coverage: LabelCoverage) -> float:
    """The standard error of the metric with so many labels: exact for a share, an estimate for the others."""
    if metric in ("rmse", "mae", "log_loss"):
        return value / math.sqrt(2 * max(coverage.labelled, 1))
    rows = coverage.minority_count if metric in ("auc", "average_precision", "f1") else coverage.labelled
    return math.sqrt(max(value * (1 - value), 0.0) / max(rows, 1))
