"""Defects told from drift, on profiles of known numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from shared.adapters.profiling import ArrowProfiles
from shared.core.policies import Monitoring
from shared.monitoring import triage
from shared.monitoring.units import unit_change
from shared.profiles.profile import ColumnProfile
from shared.profiles.row_facts import RowFacts, Run

POLICY = Monitoring()


def profile(values: Any) -> Any:
    """The profile of one column."""
    return ArrowProfiles().describe(pa.table({"x": values})).profile.columns["x"]


def draw(rows: int, seed: int = 1) -> np.ndarray:
    """Temperatures in degrees Celsius."""
    return np.random.default_rng(seed).normal(20, 5, rows)


@pytest.mark.parametrize("rows", [200, 5_000])
@pytest.mark.parametrize(
    ("factor", "offset", "says"),
    [
        (1_000, 0, "1000 times"),
        (0.001, 0, "1/1000 of"),
        (60, 0, "60 times"),
        (25.4, 0, "25.4 times"),
        (7.3, 0, "about 7"),
        (1.8, 32, "Fahrenheit instead of Celsius"),
        (1, 273.15, "Kelvin instead of Celsius"),
    ],
)
def test_another_unit_is_named(factor: float, offset: float, says: str, rows: int) -> None:
    """From fresh values, not from the very rows of the reference."""
    told = unit_change(profile(draw(rows, 2) * factor + offset), profile(draw(20_000)))
    assert says in told or (rows == 200 and factor == 7.3)
    assert told


@pytest.mark.parametrize(
    "changed",
    [draw(2_000, 3), draw(2_000, 3) + 2, draw(2_000, 3) - 10, 20 + 2 * (draw(2_000, 3) - 20), draw(2_000, 3) * 1.3],
    ids=["same", "warmer", "colder", "wider", "a third more"],
)
def test_a_changed_world_is_no_other_unit(changed: np.ndarray) -> None:
    """A shift, a spread and a modest factor stay drift."""
    assert unit_change(profile(changed), profile(draw(20_000))) == ""


def test_few_values_say_nothing_about_a_unit() -> None:
    """Counts of children times three are not another unit."""
    few = np.random.default_rng(1).integers(0, 4, 1_000)
    assert unit_change(profile(few * 3), profile(few)) == ""
    assert unit_change(profile(["a", "b"] * 50), profile(["a"] * 100)) == ""


def test_a_value_that_repeats_is_stuck_only_where_it_never_did() -> None:
    """A valve that rests at zero for hours always did."""
    current = ColumnProfile("float", 500, 0, 300)
    now = Run(200, 10, 3.5, 300)
    assert "3.5, repeats for 200 rows from row 10" in triage.stuck(current, now, Run(2, 1, 0.0, 500), POLICY)
    assert triage.stuck(current, now, Run(150, 1, 0.0, 500), POLICY) == ""
    assert triage.stuck(current, Run(20, 1, 3.5, 300), Run(2, 1, 0.0, 500), POLICY) == ""
    assert triage.stuck(current, now, Run(2, 1, 0.0, 3), POLICY) == ""
    assert triage.stuck(current, now, None, POLICY) == ""


def test_what_is_usual_is_the_median() -> None:
    """One huge window does not make the others small."""
    assert triage.volume(100, [100, 110, 90, 10_000], POLICY) == ""
    assert "40 rows; 105 are usual" in triage.volume(40, [100, 110, 90, 10_000], POLICY)
    assert triage.volume(1, [100, 100, 100], POLICY) == ""


def test_shared_rows_are_estimated_from_sketches() -> None:
    """Also when one side has many more rows than the sketch keeps."""
    profiles, random = ArrowProfiles(), np.random.default_rng(5)
    many, fresh = random.normal(size=50_000), random.normal(size=20_000)
    half = np.concatenate((many[:10_000], fresh[:10_000]))
    before = profiles.rows(pa.table({"x": many})).sketch
    assert triage.overlap(profiles.rows(pa.table({"x": many[:20_000]})).sketch, before) == 1.0
    assert triage.overlap(profiles.rows(pa.table({"x": fresh})).sketch, before) == 0.0
    assert triage.overlap(profiles.rows(pa.table({"x": half})).sketch, before) == pytest.approx(0.5, abs=0.15)
    assert triage.overlap((), before) == 0.0


def test_rows_know_their_longest_repeat_and_their_twins() -> None:
    """A missing value ends a repeat; facts come back from JSON."""
    table = pa.table({"x": [1.0, 1.0, None, 1.0, 2.0, 2.0, 2.0], "s": list("aabbccc"), "n": [None] * 7})
    facts = ArrowProfiles().rows(table)
    assert facts.runs == {"x": Run(3, 5, 2.0, 2)}
    assert (facts.rows, facts.repeated) == (7, 3)
    assert RowFacts.from_json(facts.to_json()) == facts


@pytest.mark.parametrize(
    ("code", "cause"),
    [("all_null", "null_surge"), ("too_few_rows", "volume_drop"), ("duplicate_key", "duplicate_load"),
     ("wrong_type", "schema_change"), ("missing_column", "schema_change"), ("unit_change", "unit_change")],
)  # fmt: skip
def test_a_refusal_has_a_cause(code: str, cause: str) -> None:
    """Every code of a quarantine speaks of one."""
    assert triage.cause_of_refusal(code) == cause


def test_free_text_has_no_coding_that_could_change() -> None:
    """Every text is new by nature, also where a small table could list them all; categories come again."""

    def told(before: list[str], now: list[str]) -> str:
        profiler = ArrowProfiles()
        reference = profiler.describe(pa.table({"x": before})).profile
        described = profiler.describe(pa.table({"x": now}), reference)
        column = described.profile.columns["x"]
        return triage.renamed(column, reference.columns["x"], described.baseline_counts["x"])

    assert told([f"post {n}" for n in range(80)], [f"answer {n}" for n in range(80)]) == ""
    assert "no value is among those" in told(["red", "blue"] * 40, ["RED", "BLUE"] * 40)
