"""Metrics of rows that count several times, for many weightings at once: what a bootstrap asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, Self

from shared.core.scenario import Task

if TYPE_CHECKING:
    import numpy as np

_BINARY = 2
_SMALLEST = 1e-15
# So many weightings of all rows are looked at together.
_DRAWS = 16


class WeightedMetric(Protocol):
    """A metric that takes how often each cluster counts."""

    def by_cluster(self, groups: np.ndarray) -> Self:
        """The same metric for clusters of rows; `groups` is the cluster of each row."""
        ...

    def on(self, counts: np.ndarray) -> np.ndarray:
        """The metric for each weighting (draws, clusters); NaN where it is not defined."""
        ...


@dataclass(frozen=True, slots=True)
class SumMetric:
    """A metric that follows from sums over rows: of `columns` (rows, k), by `finish`: (draws, k) to (draws,)."""

    columns: np.ndarray
    finish: Callable[[np.ndarray], np.ndarray]

    def by_cluster(self, groups: np.ndarray) -> SumMetric:
        """The sums of each cluster."""
        import numpy as np

        sums = np.zeros((int(groups.max()) + 1, self.columns.shape[1]))
        np.add.at(sums, groups, self.columns)
        return replace(self, columns=sums)

    def on(self, counts: np.ndarray) -> np.ndarray:
        """The metric for each weighting."""
        import numpy as np

        with np.errstate(divide="ignore", invalid="ignore"):
            return self.finish(counts @ self.columns)


@dataclass(frozen=True, slots=True)
class PrecisionMetric:
    """The average precision of one class: rows in descending order of their score, ties as one step."""

    truth: np.ndarray
    answers: np.ndarray
    groups: np.ndarray | None = None

    def by_cluster(self, groups: np.ndarray) -> PrecisionMetric:
        """Each row counts as often as its cluster."""
        return replace(self, groups=groups)

    def on(self, counts: np.ndarray) -> np.ndarray:
        """The metric for each weighting."""
        import numpy as np

        order = np.argsort(-self.answers, kind="stable")
        ends = np.flatnonzero(np.append(np.diff(self.answers[order]) != 0, True))
        some = range(0, max(len(counts), 1), _DRAWS)
        return np.concatenate([self._on(counts[first : first + _DRAWS], order, ends) for first in some])

    def _on(self, counts: np.ndarray, order: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """The same for few weightings: what is between takes many times their room."""
        import numpy as np

        weights = counts[:, order if self.groups is None else self.groups[order]]
        named = np.cumsum(weights, axis=1)[:, ends]
        hits = np.cumsum(weights * self.truth[order], axis=1)[:, ends]
        with np.errstate(divide="ignore", invalid="ignore"):
            precision = np.where(named > 0, hits / named, 0.0)
            found: np.ndarray = (precision * np.diff(hits, axis=1, prepend=0.0)).sum(axis=1) / hits[:, -1]
        return found


@dataclass(frozen=True, slots=True)
class MeanMetric:
    """The mean of several metrics, each with its weight."""

    parts: Sequence[WeightedMetric]
    weights: Sequence[float]

    def by_cluster(self, groups: np.ndarray) -> MeanMetric:
        """The same mean for clusters of rows."""
        return replace(self, parts=[part.by_cluster(groups) for part in self.parts])

    def on(self, counts: np.ndarray) -> np.ndarray:
        """The metric for each weighting."""
        import numpy as np

        values = [weight * part.on(counts) for weight, part in zip(self.weights, self.parts, strict=True)]
        return np.asarray(np.sum(values, axis=0)) / sum(self.weights)


def weighted_metric(task: Task, metric: str, actual: np.ndarray, answers: np.ndarray) -> WeightedMetric:
    """The metric as `shared.training.metrics.score` has it; ValueError when these rows cannot show it."""
    if task == "regression":
        return _of_numbers(metric, actual.reshape(-1).astype(float), answers.reshape(-1).astype(float))
    if task != "multilabel":
        return _of_classes(metric, actual, answers)
    varied = [at for at in range(answers.shape[1]) if (actual[:, at] != actual[0, at]).any()]
    if not varied:
        raise ValueError("every label stands in all rows or in none")
    return MeanMetric([_of_label(metric, actual[:, at], answers[:, at]) for at in varied], [1.0] * len(varied))


def _of_label(metric: str, actual: np.ndarray, given: np.ndarray) -> WeightedMetric:
    import numpy as np

    return _of_classes(metric, actual.astype(int), np.column_stack([1 - given, given]))


def _of_numbers(metric: str, actual: np.ndarray, answers: np.ndarray) -> WeightedMetric:
    import numpy as np

    one, error, centred = np.ones(len(actual)), actual - answers, actual - actual.mean()
    if metric == "mae":
        return SumMetric(np.column_stack([abs(error), one]), lambda sums: sums[:, 0] / sums[:, 1])
    if metric == "rmse":
        return SumMetric(np.column_stack([error**2, one]), lambda sums: np.sqrt(sums[:, 0] / sums[:, 1]))
    columns = np.column_stack([error**2, centred**2, centred, one])
    return SumMetric(columns, lambda sums: 1 - sums[:, 0] / (sums[:, 1] - sums[:, 2] ** 2 / sums[:, 3]))


def _of_classes(metric: str, actual: np.ndarray, answers: np.ndarray) -> WeightedMetric:
    import numpy as np

    one = np.ones(len(actual))
    if metric == "accuracy":
        right = answers.argmax(axis=1) == actual
        return SumMetric(np.column_stack([right, one]), lambda sums: sums[:, 0] / sums[:, 1])
    if metric == "log_loss":
        given = answers[np.arange(len(actual)), actual].astype(float)
        loss = -np.log(np.clip(given, _SMALLEST, 1.0))
        return SumMetric(np.column_stack([loss, one]), lambda sums: sums[:, 0] / sums[:, 1])
    classes = [1] if answers.shape[1] == _BINARY else sorted(set(actual.tolist()))
    if metric == "f1":
        return _f1(actual, answers.argmax(axis=1), classes)
    parts = [PrecisionMetric(actual == label, answers[:, label]) for label in classes]
    if not all(part.truth.any() for part in parts):
        raise ValueError("average precision needs rows of the positive class")
    return MeanMetric(parts, [float((actual == label).mean()) for label in classes])


def _f1(actual: np.ndarray, named: np.ndarray, classes: Sequence[int]) -> SumMetric:
    """F1 of each class, weighted by how many rows it has; of two classes that of the second alone."""
    import numpy as np

    true = actual[:, None] == np.array(classes)
    said = named[:, None] == np.array(classes)
    hits = true & said
    width = len(classes)

    def finish(sums: np.ndarray) -> np.ndarray:
        counted = sums[:, width : 2 * width] + sums[:, 2 * width :]
        each = 2 * sums[:, :width] / np.where(counted > 0, counted, 1.0)
        weights = sums[:, 2 * width :] if width > 1 else np.ones((len(sums), 1))
        found: np.ndarray = (each * weights).sum(axis=1) / weights.sum(axis=1)
        return found

    return SumMetric(np.column_stack([hits, said, true]).astype(float), finish)
