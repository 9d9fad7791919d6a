"""The running mean is the one that is written down."""

from __future__ import annotations

import numpy as np

from model_training.maintenance.smoothing import running_mean


def test_it_is_the_written_recursion_to_the_last_bit() -> None:
    """For every machine and sensor at once, exactly what the loop over one series gives."""
    x = np.random.default_rng(0).normal(100, 20, (5, 4, 60))
    expected = np.empty_like(x)
    for machine in range(5):
        for sensor in range(4):
            series, mean = x[machine, sensor], expected[machine, sensor]
            mean[0] = series[0]
            for r in range(1, 60):
                mean[r] = mean[r - 1] + (series[r] - mean[r - 1]) / min(12, r)
    assert (running_mean(x) == expected).all()


def test_the_second_value_replaces_the_first() -> None:
    """With r = 1 the divisor is 1; up to r = 12 it is the plain mean of the values after the first."""
    assert running_mean(np.array([[9.0, 1.0, 3.0, 5.0]])).tolist() == [[9.0, 1.0, 2.0, 3.0]]


def test_the_input_is_left_alone() -> None:
    """The mean is a new array, also of whole numbers and of a series of one value."""
    x = np.array([[1, 2, 4]])
    assert running_mean(x).dtype == np.float64
    assert x.tolist() == [[1, 2, 4]]
    assert running_mean(np.array([[5.0]])).tolist() == [[5.0]]
