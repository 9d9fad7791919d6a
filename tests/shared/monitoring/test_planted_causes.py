"""Each cause, planted in generated data of a real scenario, is told by its name; untouched data raises nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from model_training.scenarios import SCENARIOS
from shared.adapters.profiling import ArrowProfiles
from shared.core.scenario import GeneratorOptions, Scenario
from shared.monitoring import triage
from shared.monitoring.drift.column_comparison import compare_columns, input_names, match_columns
from shared.monitoring.measures import Reference
from shared.monitoring.triage import DataIssue

ROWS = 3_000
Plant = Callable[[pa.Table, str], pa.Table]


def generated(name: str, seed: int, rows: int = ROWS) -> tuple[Scenario, pa.Table]:
    """The rows to predict of a scenario."""
    scenario = SCENARIOS[name]
    assert scenario.generate is not None
    table = scenario.generate(rows, seed, GeneratorOptions())[scenario.batch.table]
    return scenario, table.select(
        [one.name for one in scenario.scoring_table.columns if one.name in table.column_names]
    )


def sample(table: pa.Table, seed: int, rows: int = ROWS) -> pa.Table:
    """Rows of the same source, whatever order they were made in."""
    return table.take(np.random.default_rng(seed).integers(0, table.num_rows, rows))


def found(scenario: Scenario, reference: pa.Table, window: pa.Table) -> Mapping[str, DataIssue]:
    """What is told of each column."""
    profiles, policy = ArrowProfiles(), scenario.monitoring
    before, usual = profiles.describe(reference).profile, profiles.rows(reference).runs
    now = profiles.rows(window).runs
    names = input_names(scenario, scenario.scoring_table)
    columns = list(match_columns("t", names, profiles.describe(window, before), before))
    told = {}
    for one in compare_columns(columns, Reference.TRAINING, "", policy, scenario.band):
        name = one.column.name
        issue = triage.judge_column(one.column, one.drift, (now.get(name), usual.get(name)), policy)
        if issue is not None:
            told[name] = issue
    return told


def with_values(table: pa.Table, name: str, change: Callable[[np.ndarray], np.ndarray]) -> pa.Table:
    """The table with one column changed."""
    values = table[name].to_numpy(zero_copy_only=False)
    return table.set_column(table.column_names.index(name), name, pa.array(change(values)))


def stuck(values: np.ndarray) -> np.ndarray:
    """The last half says one thing."""
    return np.where(np.arange(len(values)) < len(values) // 2, values, values[len(values) // 2])


def missing(table: pa.Table, name: str) -> pa.Table:
    """Every fourth cell is empty."""
    column = [None if place % 4 == 0 else value for place, value in enumerate(table[name].to_pylist())]
    return table.set_column(table.column_names.index(name), name, pa.array(column, table[name].type))


def shouted(table: pa.Table, name: str) -> pa.Table:
    """Every text in capitals."""
    return table.set_column(
        table.column_names.index(name), name, pa.array([v.upper() for v in table[name].to_pylist()])
    )


CASES: tuple[tuple[str, str, str, Plant], ...] = (
    ("iiot_quality", "S16", "unit_change", lambda t, n: with_values(t, n, lambda v: v * 1.8 + 32)),
    ("iiot_quality", "S18", "unit_change", lambda t, n: with_values(t, n, lambda v: v / 1000)),
    ("iiot_quality", "S41", "stuck_sensor", lambda t, n: with_values(t, n, stuck)),
    ("iiot_quality", "S7", "null_surge", missing),
    ("iiot_quality", "S20", "population_drift", lambda t, n: with_values(t, n, lambda v: v + 0.6 * np.nanstd(v))),
    ("predictive_maintenance", "volt", "unit_change", lambda t, n: with_values(t, n, lambda v: v / 1000)),
    ("predictive_maintenance", "pressure", "unit_change", lambda t, n: with_values(t, n, lambda v: v * 6.89476)),
    ("predictive_maintenance", "vibration", "stuck_sensor", lambda t, n: with_values(t, n, stuck)),
    ("predictive_maintenance", "rotate", "population_drift", lambda t, n: with_values(t, n, lambda v: v + 30)),
    ("bank_marketing", "euribor3m", "population_drift", lambda t, n: with_values(t, n, lambda v: v + 1)),
    ("bank_marketing", "job", "schema_change", shouted),
    ("bank_marketing", "job", "null_surge", missing),
    ("text_classification", "text", "null_surge", missing),
)


@pytest.fixture(scope="module")
def tables() -> Mapping[str, tuple[Scenario, pa.Table]]:
    """The generated rows of each scenario, made once."""
    return {name: generated(name, 1, 400 if name == "text_classification" else ROWS) for name in SCENARIOS}


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_untouched_data_raises_nothing(tables: Mapping[str, tuple[Scenario, pa.Table]], name: str) -> None:
    """Other rows of the same source."""
    scenario, table = tables[name]
    assert found(scenario, table, sample(table, 5, table.num_rows)) == {}


@pytest.mark.parametrize(("name", "column", "cause", "plant"), CASES, ids=[f"{c[0]}-{c[1]}-{c[2]}" for c in CASES])
def test_a_planted_cause_is_named(
    tables: Mapping[str, tuple[Scenario, pa.Table]], name: str, column: str, cause: str, plant: Any
) -> None:
    """In its column and in no other."""
    scenario, table = tables[name]
    told = found(scenario, table, plant(sample(table, 7, table.num_rows), column))
    assert {key: one.cause for key, one in told.items()} == {column: cause}
