"""Verdicts on the real bank data; `bench/drift.py` gives the full table."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv

from model_training.scenarios.bank_marketing import SCENARIO
from shared.adapters.profiling import ArrowProfiles
from shared.profiles.profile import Baseline, DatasetProfile
from shared.profiles.validation import validation

FILE = Path(__file__).parents[5] / "shared" / "data" / "bank_marketing" / "bankmarketing_train.csv"
Judge = Callable[[pa.Table], set[tuple[str, str]]]


@pytest.fixture(scope="module")
def bank() -> pa.Table:
    """The whole file."""
    if not FILE.exists():
        pytest.skip("real data is not here: shared/data/bank_marketing")
    return csv.read_csv(FILE)


@pytest.fixture(scope="module")
def judge(bank: pa.Table) -> Judge:
    """A table to the (code, column) of its warnings, all rows of the file being the baseline."""
    profiles = ArrowProfiles()
    before = profiles.describe(bank).profile
    baseline = Baseline(SCENARIO.name, 1, "all", "", "", "", DatasetProfile({"clients": before}, {}))

    def warnings(table: pa.Table) -> set[tuple[str, str]]:
        told = validation(SCENARIO, {"clients": profiles.describe(table, before)}, {}, baseline)
        return {(warning["code"], warning["column"]) for warning in told["warnings"]}

    return warnings


def drawn(bank: pa.Table, size: int, seed: int) -> pa.Table:
    """Rows drawn with replacement."""
    return bank.take(np.random.default_rng(seed).integers(0, bank.num_rows, size))


@pytest.mark.parametrize(("size", "resamples"), [(1_000, 40), (10_000, 20), (30_000, 10)])
def test_rows_of_the_same_source_raise_no_alarm(bank: pa.Table, judge: Judge, size: int, resamples: int) -> None:
    """At most one dataset of twenty, all 21 columns and all warnings taken together."""
    alarms = [found for seed in range(resamples) if (found := judge(drawn(bank, size, seed)))]
    assert len(alarms) <= resamples / 20, alarms


@pytest.mark.parametrize("size", [1_000, 30_000])
@pytest.mark.parametrize("name", ["age", "euribor3m", "cons.conf.idx"])
@pytest.mark.parametrize("change", ["shift", "scale"])
def test_a_planted_drift_of_numbers_is_found(bank: pa.Table, judge: Judge, size: int, name: str, change: str) -> None:
    """Half a standard deviation up, or twice as wide; in that column and in no other."""
    table = drawn(bank, size, 1)
    values = table[name].cast(pa.float64()).to_numpy()
    values = values + values.std() / 2 if change == "shift" else values.mean() + 2 * (values - values.mean())
    changed = pa.array(values).cast(table[name].type, safe=False)
    found = judge(table.set_column(table.column_names.index(name), name, changed))
    assert ("drift", name) in found
    assert {column for _, column in found} == {name}


@pytest.mark.parametrize("size", [1_000, 30_000])
def test_a_planted_category_and_missing_cells_are_found(bank: pa.Table, judge: Judge, size: int) -> None:
    """One row of twenty each."""
    table, random = drawn(bank, size, 2), np.random.default_rng(0)
    jobs = np.where(random.random(size) < 0.05, "astronaut", table["job"].to_numpy(zero_copy_only=False))
    table = table.set_column(1, "job", pa.array(jobs, pa.string()))
    table = table.set_column(0, "age", pa.array(table["age"].to_numpy(), mask=random.random(size) < 0.05))
    assert {("new_category", "job"), ("null_share", "age")} <= judge(table)
