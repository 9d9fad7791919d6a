"""Bootstrap intervals of any metric: how far a score, or the lead of one model over another, varies with the rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.core.scenario import Task
from shared.training.metrics import auc_difference_interval, auc_interval, score

if TYPE_CHECKING:
    import numpy as np

_RESAMPLES = 200
_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class BootstrapComparison:
    """Compares answers with the true ones by one metric; `seed` fixes the rows that are drawn."""

    task: Task
    metric: str
    actual: np.ndarray
    seed: int = 0

    def interval(self, answers: np.ndarray) -> tuple[float, float]:
        """The 95 % interval (low, high) of the metric over rows drawn with replacement."""
        if (self.task, self.metric) == ("binary", "auc"):
            return auc_interval(self.actual == 1, answers[:, 1], seed=self.seed)
        return self._bootstrap(lambda rows: self._score(answers, rows))

    def lead(self, answers: np.ndarray, others: np.ndarray) -> tuple[float, float]:
        """The paired 95 % interval of the metric of `answers` minus that of `others`, both on the same drawn rows."""
        if (self.task, self.metric) == ("binary", "auc"):
            return auc_difference_interval(self.actual == 1, answers[:, 1], others[:, 1], seed=self.seed)
        return self._bootstrap(lambda rows: self._score(answers, rows) - self._score(others, rows))

    def _score(self, answers: np.ndarray, rows: np.ndarray) -> float:
        return score(self.task, self.metric, self.actual[rows], answers[rows])

    def _bootstrap(self, statistic: Callable[[np.ndarray], float]) -> tuple[float, float]:
        import numpy as np

        random, count = np.random.default_rng(self.seed), len(self.actual)
        values = []
        for _ in range(_RESAMPLES):
            try:
                values.append(statistic(random.integers(0, count, count)))
            except ValueError:
                # The metric is not defined on these rows, so the draw is left out.
                continue
        if not values:
            raise ValueError("the metric is not defined on any draw of these rows")
        low, high = np.quantile(values, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
        return float(low), float(high)
