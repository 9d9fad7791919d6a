"""Clusters of rows drawn with replacement, many draws at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from shared.training.weighted_metrics import WeightedMetric

# How many counts are held at once: 32 MB.
_CELLS = 4_000_000
# So many clusters are drawn by one call: a call for each draw of a few hundred rows takes ten times as long.
_TOGETHER = 100_000


def resampled(metrics: Sequence[WeightedMetric], groups: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """The first metric, less the second if there are two, on each draw of the clusters (draws,).

    `groups` is the cluster of each row, counted from 0. NaN where a metric is not defined on a draw.
    """
    import numpy as np

    ready = [metric.by_cluster(groups) for metric in metrics]
    found = []
    for counts in _counts(int(groups.max()) + 1, draws, seed):
        values = [metric.on(counts) for metric in ready]
        found.append(values[0] - values[1] if len(values) > 1 else values[0])
    return np.concatenate(found)


def _counts(clusters: int, draws: int, seed: int) -> Iterator[np.ndarray]:
    """How often each cluster was drawn (draws of this batch, clusters); the next batch takes the room of this one."""
    import numpy as np

    random, batch = np.random.default_rng(seed), max(_CELLS // clusters, 1)
    counts = np.empty((min(batch, draws), clusters))
    for first in range(0, draws, batch):
        size = min(batch, draws - first)
        _fill(counts[:size], random)
        yield counts[:size]


def _fill(counts: np.ndarray, random: np.random.Generator) -> None:
    """Draw for each row of `counts` (draws, clusters); how many are drawn by one call changes no number."""
    import numpy as np

    draws, clusters = counts.shape
    few = min(max(_TOGETHER // clusters, 1), draws)
    starts = np.arange(few)[:, None] * clusters
    for first in range(0, draws, few):
        part = counts[first : first + few]
        drawn = random.integers(0, clusters, part.shape) + starts[: len(part)]
        part[:] = np.bincount(drawn.reshape(-1), minlength=part.size).reshape(part.shape)
