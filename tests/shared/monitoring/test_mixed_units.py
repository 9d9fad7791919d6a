"""A part of a column in another unit is found; a changed world, a standing machine and rare large values are not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from shared.adapters.profiling import ArrowProfiles
from shared.monitoring.mixed_units import mixed_unit
from shared.profiles.profile import ColumnProfile

Draw = Callable[[int, int], np.ndarray]


def profile(values: np.ndarray) -> ColumnProfile:
    """The profile of one column."""
    return ArrowProfiles().describe(pa.table({"x": values})).profile.columns["x"]


def temperatures(rows: int, seed: int) -> np.ndarray:
    """Degrees Celsius."""
    return np.random.default_rng(seed).normal(20, 5, rows)


def durations(rows: int, seed: int) -> np.ndarray:
    """Seconds of calls: from a few to more than an hour."""
    return np.round(np.random.default_rng(seed).lognormal(5.2, 0.9, rows))


def indexes(rows: int, seed: int) -> np.ndarray:
    """Five numbers that are published."""
    return np.random.default_rng(seed).choice([4963.6, 5017.5, 5099.1, 5191.0, 5228.1], rows)


def counts(rows: int, seed: int) -> np.ndarray:
    """How often somebody was called: mostly once, seldom often."""
    return np.random.default_rng(seed).geometric(0.45, rows)


def half(values: np.ndarray, change: Callable[[np.ndarray], np.ndarray], share: float = 0.5) -> np.ndarray:
    """The first rows changed."""
    cut = int(len(values) * share)
    return np.concatenate([change(values[:cut]), values[cut:]])


MIXED: dict[str, tuple[Draw, Callable[[np.ndarray], np.ndarray], float, str]] = {
    "thousandths": (temperatures, lambda v: v / 1000, 0.5, "1/1000 of"),
    "a tenth of the rows": (temperatures, lambda v: v * 1000, 0.1, "1000 times"),
    "Fahrenheit": (temperatures, lambda v: v * 1.8 + 32, 0.5, "Fahrenheit"),
    "minutes for seconds": (durations, lambda v: v / 60, 0.5, "1/60 of"),
    "a thousands mark": (indexes, lambda v: v / 1000, 0.5, "1/1000 of"),
    "a thousands mark everywhere": (indexes, lambda v: v / 1000, 1.0, "1/1000 of"),
}


@pytest.mark.parametrize("case", MIXED)
@pytest.mark.parametrize("rows", [300, 3_000])
def test_a_part_in_another_unit_is_named_with_its_share(case: str, rows: int) -> None:
    """Against fresh values of the same source."""
    draw, change, share, words = MIXED[case]
    told = mixed_unit(half(draw(rows, 2), change, share), profile(draw(6_000, 1)))
    assert words in told
    assert abs(int(told.partition("%")[0]) - 100 * share) <= 10


UNMIXED: dict[str, tuple[Draw, Callable[[np.ndarray], np.ndarray]]] = {
    "the same": (temperatures, lambda v: v),
    "warmer": (temperatures, lambda v: v + 6),
    "colder for half of the rows": (temperatures, lambda v: half(v, lambda w: w - 12)),
    "longer calls": (durations, lambda v: v * 2),
    "shorter calls": (durations, lambda v: v / 3),
    "a machine that stands": (temperatures, lambda v: half(v, lambda w: w * 0 + 0.1)),
    "a sensor's noise near zero": (temperatures, lambda v: half(v, lambda w: np.abs(w % 1) / 50)),
    "often called": (counts, lambda v: v + 12),
    "one number published anew": (indexes, lambda v: np.where(v > 5200, 5300.4, v)),
    "another economy": (indexes, lambda v: v - 900),
}


@pytest.mark.parametrize("case", UNMIXED)
@pytest.mark.parametrize("seed", range(3))
def test_a_changed_world_is_no_mixed_unit(case: str, seed: int) -> None:
    """Neither a shift nor a group of its own."""
    draw, change = UNMIXED[case]
    assert mixed_unit(change(draw(2_000, seed + 10)).astype(float), profile(draw(6_000, 1))) == ""


@pytest.mark.parametrize("draw", [temperatures, durations])
def test_without_a_reference_two_groups_of_one_shape_are_found(draw: Draw) -> None:
    """In the first drop of all, where nothing is known yet."""
    values = np.abs(draw(1_000, 3)) + 1
    told = mixed_unit(half(values, lambda v: v / 100_000), None)
    assert "50% of the values look like 1/100000 of the others" in told
    assert mixed_unit(values, None) == ""
    assert mixed_unit(half(values, lambda v: v * 0 + 999_999), None) == ""
