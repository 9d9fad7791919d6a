"""The vectorised Seasonal Hybrid ESD finds what the published algorithm finds, step by step."""

from __future__ import annotations

import math
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import examples
from scipy import stats

from model_training.maintenance.esd import ALPHA, anomalous, critical_values
from model_training.maintenance.names import SENSORS
from model_training.maintenance.smoothing import running_mean
from model_training.maintenance.stretches import split_stretches

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "predictive_maintenance"


def _published(x: np.ndarray, period: int) -> set[int]:
    """One series, one value at a time; median and MAD are computed anew after each value that is taken out."""
    n, median = len(x), np.median(x)
    season = np.zeros(n)
    if n >= 2 * period:
        for phase in range(period):
            season[phase::period] = np.median(x[phase::period]) - median
    left = {i: float(value) for i, value in enumerate(x - season - median)}
    taken, count = [], 0
    for i in range(1, math.floor(n * 0.10) + 1):
        values = np.array(list(left.values()))
        spread = np.median(np.abs(values - np.median(values))) * 1.4826
        if spread == 0:
            break
        ratios = np.abs(values - np.median(values)) / spread
        worst = list(left)[int(np.argmax(ratios))]
        taken.append(worst)
        del left[worst]
        t = stats.t.ppf(1 - ALPHA / (2 * (n - i + 1)), n - i - 1)
        if ratios.max() > t * (n - i) / math.sqrt((n - i - 1 + t**2) * (n - i + 1)):
            count = i
    return set(taken[:count])


def _compare(rows: list[np.ndarray], period: int) -> int:
    """Asserts equal answers for all rows at once, padded to one width; how many anomalies there were."""
    lengths = np.array([len(row) for row in rows])
    values = np.full((len(rows), lengths.max()), 1e9)
    for at, row in enumerate(rows):
        values[at, : len(row)] = row
    found = anomalous(values, lengths, period)
    for at, row in enumerate(rows):
        assert set(np.flatnonzero(found[at]).tolist()) == _published(row, period), f"series {at}"
    return int(found.sum())


def test_random_series_with_spikes_and_seasons() -> None:
    """Sixty series of many lengths, heavy tails and daily seasons: the same values are anomalies."""
    random = np.random.default_rng(0)
    rows = []
    for length in random.integers(1, 400, 60):
        hours = np.arange(length)
        noise = random.standard_t(random.choice([2, 5, 60]), length)
        rows.append(100 + 5 * np.sin(2 * np.pi * hours / 24) + noise + 6 * (random.random(length) < 0.03))
    assert _compare(rows, 24) > 100


def test_of_equally_far_values_the_earliest_goes_first() -> None:
    """Where only some of several equal or opposite extremes may be taken out, order in time decides, as published."""
    random = np.random.default_rng(1)
    rows = []
    for length in random.integers(10, 45, 200):
        base = np.arange(length) - (length - 1) / 2
        base[random.permutation(length)[: length // 5]] = 1e3
        base[base == 1e3] *= random.choice([-1, 1], (base == 1e3).sum())
        rows.append(random.permutation(base))
    assert _compare(rows, 24) > 100


def test_one_outlier_does_not_hide_another() -> None:
    """Two equal values of which the first alone is not extreme enough: both are found once the second one is."""
    random = np.random.default_rng(2)
    base = random.normal(0, 1, 60)
    found = [_compare([np.r_[base, at, at]], 99) for at in np.linspace(3, 6, 300)]
    assert set(found) >= {0, 2}


@settings(max_examples=examples(60), deadline=None, derandomize=True)
@given(st.lists(st.lists(st.integers(0, 9) | st.integers(-60, 60), min_size=1, max_size=90), min_size=1, max_size=4))
def test_equal_values_and_ties(rows: list[list[int]]) -> None:
    """Whole numbers repeat and lie equally far on both sides: the earliest goes first, as in the published loop."""
    _compare([np.array(row, dtype=float) for row in rows], 7)


def test_real_running_means() -> None:
    """Three weeks of every sensor of three real machines."""
    path = DATA / "PdM_telemetry.csv"
    if not path.exists():
        pytest.skip(f"The real data is not here: {path.name} is looked for beside the repository.")
    telemetry = pd.read_csv(path, parse_dates=["datetime"])
    pieces = split_stretches(telemetry[telemetry["machineID"].isin([1, 7, 16])])
    rows = [row for piece in pieces for row in running_mean(piece.readings)[:, :504]]
    assert len(rows) == 3 * len(SENSORS)
    assert _compare(rows, 24) > 20


def test_critical_values_are_those_of_the_published_tables() -> None:
    """Rosner's lambda for n = 100 is computed from Student's t; no more than a tenth may be taken out."""
    values = critical_values(np.array([100, 9, 100, 20]), np.array([10, 0, 10, 2]))
    t = stats.t.ppf(1 - 0.005 / (2 * 98), 96)
    assert values[0, 2] == pytest.approx(t * 97 / math.sqrt((96 + t**2) * 98), rel=1e-12)
    assert (values[0] == values[2]).all()
    assert np.isinf(values[1]).all()
    assert np.isinf(values[3, 2:]).all()
    assert np.isfinite(values[3, :2]).all()


def test_spikes_up_and_down_are_found_and_never_more_than_a_tenth() -> None:
    """Both directions count, and of 200 values at most 20 are anomalies even where 40 stand out."""
    random = np.random.default_rng(3)
    x = random.normal(0, 1, (2, 200))
    x[0, [10, 50]] = 12, -12
    x[1, ::5] = 30
    found = anomalous(x, np.array([200, 200]), 300)
    assert np.flatnonzero(found[0]).tolist() == [10, 50]
    assert found[1].sum() <= 20


def test_a_season_hides_nothing_and_is_no_anomaly() -> None:
    """A daily swing far above the noise is expected; a small step beside it is found although the swing is larger."""
    random = np.random.default_rng(4)
    x = 50 * np.sin(2 * np.pi * np.arange(336) / 24) + random.normal(0, 1, 336)
    x[100] += 15
    found = anomalous(x[None], np.array([336]), 24)
    assert np.flatnonzero(found[0]).tolist() == [100]


def test_a_constant_sensor_has_no_anomaly() -> None:
    """Without any spread nothing stands out, and nothing is divided by zero."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not anomalous(np.full((2, 60), 7.0), np.array([60, 30]), 24).any()
