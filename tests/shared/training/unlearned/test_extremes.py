"""The extremes of a matrix, by which most of it need not be looked at again."""

from __future__ import annotations

import math

import numpy as np
import pytest

from shared.training.unlearned.extremes import extremes


@pytest.mark.parametrize("rows", [0, 1, 15, 16, 17, 163])
def test_extremes_are_those_of_each_column(rows: int) -> None:
    """NaN is no number; a column without any has none."""
    rng = np.random.default_rng(rows)
    matrix = rng.normal(size=(rows, 5)).astype(np.float32)
    matrix[rng.random((rows, 5)) < 0.3] = np.nan
    matrix[:, 3] = np.nan
    found = extremes(matrix)
    for position in range(5):
        numbers = [value for value in matrix[:, position].tolist() if not math.isnan(value)]
        least, largest = (min(numbers), max(numbers)) if numbers else (math.nan, math.nan)
        np.testing.assert_equal([found.least[position], found.largest[position]], [least, largest])


@pytest.mark.parametrize("bad", [np.inf, -np.inf])
def test_an_infinite_number_is_seen_beside_nan(bad: float) -> None:
    """Wherever it stands."""
    matrix = np.full((40, 3), np.nan, np.float32)
    assert extremes(matrix).are_finite
    for row in (0, 31, 32, 39):
        matrix[:] = 1.0
        matrix[row] = [np.nan, bad, 2.0]
        assert not extremes(matrix).are_finite


def test_numbers_on_a_limit_are_within() -> None:
    """Only beyond it they are not, and NaN is never beyond."""
    matrix = np.array([[1.0, np.nan], [3.0, np.nan]], np.float32)
    low, high = np.array([1.0, 5.0], np.float32), np.array([3.0, 6.0], np.float32)
    found = extremes(matrix)
    assert found.are_within(low, high)
    assert not found.are_within(np.nextafter(low, np.float32(9)), high)
    assert not found.are_within(low, np.nextafter(high, np.float32(-9)))
