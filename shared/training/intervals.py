"""Intervals of any metric: how far a score, or the lead of one model over another, varies with the rows.

Rows that hang together (a cluster) are drawn together. An AUC has the interval of DeLong, DeLong and Clarke-Pearson
(1988) with the clusters of Obuchowski (1997); every other metric a bootstrap percentile interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.core.scenario import Task
from shared.training.delong import auc_influence, fewest, normal_interval
from shared.training.resampling import resampled
from shared.training.weighted_metrics import weighted_metric

if TYPE_CHECKING:
    import numpy as np

DRAWS = 5_000
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class BootstrapComparison:
    """Compares answers with the true ones by one metric; `seed` fixes the rows that are drawn, `level` how sure.

    `clusters` are numbers (rows,), equal where rows hang together; without them every row stands alone.
    """

    task: Task
    metric: str
    actual: np.ndarray
    seed: int = 0
    clusters: np.ndarray | None = None
    draws: int = DRAWS
    level: float = LEVEL

    def interval(self, answers: np.ndarray) -> tuple[float, float]:
        """The interval (low, high) of the metric; ValueError when these rows cannot show it."""
        if self.metric == "auc":
            value, influence = auc_influence(self.task, self.actual, answers)
            low, high = normal_interval(value, influence, self._groups(), self._fewest(), self.level)
            return max(low, 0.0), min(high, 1.0)
        return self._bootstrap(answers)

    def lead(self, answers: np.ndarray, others: np.ndarray) -> tuple[float, float]:
        """The paired interval of the metric of `answers` minus that of `others`, both on the same rows."""
        if self.metric == "auc":
            value, influence = auc_influence(self.task, self.actual, answers)
            other, other_influence = auc_influence(self.task, self.actual, others)
            error = influence - other_influence
            return normal_interval(value - other, error, self._groups(), self._fewest(), self.level)
        return self._bootstrap(answers, others)

    def _fewest(self) -> int:
        return fewest(self.task, self.actual, self._groups())

    def _groups(self) -> np.ndarray:
        """The cluster of each row, counted from 0."""
        import numpy as np

        rows = np.arange(len(self.actual))
        if self.clusters is None:
            return rows
        return np.unique(self.clusters, return_inverse=True)[1].reshape(-1)

    def _bootstrap(self, *answers: np.ndarray) -> tuple[float, float]:
        import numpy as np

        metrics = [weighted_metric(self.task, self.metric, self.actual, one) for one in answers]
        values = resampled(metrics, self._groups(), self.draws, self.seed)
        known = values[np.isfinite(values)]
        if not len(known):
            raise ValueError("the metric is not defined on any draw of these rows")
        low, high = np.quantile(known, [(1 - self.level) / 2, (1 + self.level) / 2])
        return float(low), float(high)
