"""Is the quality of a window what the model promised? Said only with enough labels, and beyond what chance gives."""

from __future__ import annotations

import math
from dataclasses import dataclass

from shared.core.policies import Monitoring
from shared.monitoring.measures import QualityState, QualityVerdict
from shared.training.metrics import LARGER_IS_BETTER

# How many standard errors the quality must lie below.
_SURE = 2.0


@dataclass(frozen=True, slots=True)
class Labelled:
    """How far the labels of a window reach; `rarest` is how many rows the smaller of two classes has."""

    rows: int
    labelled: int
    rarest: int
    age_hours: float

    @property
    def coverage(self) -> float:
        """The share of predictions with a label."""
        return self.labelled / self.rows if self.rows else 0.0


def state_of(known: Labelled, policy: Monitoring) -> QualityState:
    """Final when nearly all labels are there, or when no more are expected."""
    done = known.coverage >= policy.final_coverage or known.age_hours >= policy.horizon_hours
    return "final" if done else "provisional"


def enough(known: Labelled, policy: Monitoring) -> bool:
    """Whether a quality may be said at all."""
    return known.labelled >= policy.min_labels and known.coverage >= policy.min_coverage


def verdict_of(
    metric: str, value: float | None, expected: float | None, known: Labelled, policy: Monitoring
) -> QualityVerdict:
    """`fallen` when the quality is below the promise by more than is tolerated and by more than chance gives."""
    if value is None or expected is None or not enough(known, policy):
        return "unknown"
    lost = expected - value if LARGER_IS_BETTER[metric] else value - expected
    return "fallen" if lost > policy.quality_may_fall + _SURE * standard_error(metric, value, known) else "kept"


def standard_error(metric: str, value: float, known: Labelled) -> float:
    """How far chance moves the metric with so many labels: of a share exactly, of other numbers to a good guess."""
    if metric in ("rmse", "mae", "log_loss"):
        return value / math.sqrt(2 * max(known.labelled, 1))
    rows = known.rarest if metric in ("auc", "average_precision", "f1") else known.labelled
    return math.sqrt(max(value * (1 - value), 0.0) / max(rows, 1))
