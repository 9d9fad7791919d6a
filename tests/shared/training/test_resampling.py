"""Draws of clusters with replacement."""

from __future__ import annotations

import numpy as np
import pytest

from shared.training.resampling import resampled
from shared.training.weighted_metrics import SumMetric

SEED = 7


def one_by_one(sizes: np.ndarray, draws: int) -> list[float]:
    """The sum of the drawn clusters' sizes, each draw made by itself."""
    random = np.random.default_rng(SEED)
    return [float(sizes[random.integers(0, len(sizes), len(sizes))].sum()) for _ in range(draws)]


@pytest.mark.parametrize(("clusters", "draws"), [(1, 40), (7, 3_000), (301, 700), (2_999, 101), (150_001, 30)])
def test_draws_that_are_made_together_are_those_made_one_by_one(clusters: int, draws: int) -> None:
    """Also where one call fills no whole number of draws, and where there are more clusters than one call draws."""
    sizes = np.random.default_rng(1).integers(1, 1_000, clusters).astype(float)
    metric = SumMetric(sizes[:, None], lambda sums: sums[:, 0])
    assert resampled([metric], np.arange(clusters), draws, SEED).tolist() == one_by_one(sizes, draws)


def test_rows_of_a_cluster_are_drawn_together() -> None:
    """Two rows of one cluster count equally often: their difference is 0 on every draw."""
    metric = SumMetric(np.array([[1.0], [-1.0], [5.0], [-5.0]]), lambda sums: sums[:, 0])
    assert not resampled([metric], np.array([0, 0, 1, 1]), 50, SEED).any()
