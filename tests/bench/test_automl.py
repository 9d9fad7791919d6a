"""The comparison with other tools: who judges is the same for all, and an interval is that of paired rows."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from model_training.scenarios import SCENARIOS
from shared.core.scenario import GeneratorOptions
from shared.datasets.feature_frame import judges_by_hash
from shared.training.fingerprints import fingerprints

BENCH = Path(__file__).resolve().parents[2] / "bench"
BANK = SCENARIOS["bank_marketing"]


@pytest.fixture(scope="module", autouse=True)
def _folder() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCH))
        for name in ("automl_data", "automl_table"):
            __import__(name)
    # bench/profile.py would hide the one of the standard library.
    assert str(BENCH) not in sys.path


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the file of the clients, generated."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "bank_marketing").mkdir()
    assert BANK.generate is not None
    clients = BANK.generate(600, 1, GeneratorOptions())["clients"]
    pacsv.write_csv(clients, folder / "bank_marketing" / "bankmarketing_train.csv")
    return folder


def _module(name: str) -> ModuleType:
    return sys.modules[name]


def test_seed_0_is_judged_by_the_rows_that_judge_in_the_project(data: Path) -> None:
    """The same rows are untouched as in a training run."""
    case = _module("automl_data").case_of("bank", data, 0)
    table = case.tables["clients"]
    expected = judges_by_hash(fingerprints(BANK, table).identity)
    assert (table["judges"].to_numpy() == expected).all()
    learned, judged = case.parts()
    assert (learned.num_rows, judged.num_rows) == ((~expected).sum(), expected.sum())


def test_every_seed_has_other_untouched_rows(data: Path) -> None:
    """Five seeds are five draws, not five fits for one draw."""
    draws = [_module("automl_data").case_of("bank", data, seed).tables["clients"]["judges"] for seed in range(5)]
    assert len({tuple(draw.to_pylist()) for draw in draws}) == 5
    assert all(0.04 < np.mean(draw.to_numpy()) < 0.17 for draw in draws)


def test_only_one_case_knows_how_long_the_call_took(data: Path) -> None:
    """The column that leaks is an input where the case says so."""
    named = {
        name: _module("automl_data").case_of(name, data, 0).parts()[0].column_names
        for name in ("bank", "bank with duration")
    }
    assert ["duration" in columns for columns in named.values()] == [False, True]


@pytest.mark.parametrize(("noise", "low", "high"), [(0.0, 0.0, 0.0), (3.0, 0.01, 1.0)])
def test_the_lead_is_that_of_paired_rows(noise: float, low: float, high: float, tmp_path: Path) -> None:
    """Equal answers have no lead and no width; a peer that guesses more is clearly behind."""
    random = np.random.default_rng(1)
    actual = random.integers(0, 2, 400)
    for way, more in (("ours", 0.0), ("peer", noise)):
        (tmp_path / way).mkdir()
        score = 1 / (1 + np.exp(-(2.0 * actual + random.normal(size=400) * more)))
        np.save(tmp_path / way / "answers.npy", np.column_stack([1 - score, score]))
        pq.write_table(pa.table({"x": actual, "y": actual}), tmp_path / way / "judge.parquet")
    lead = _module("automl_table").lead("peer", [tmp_path])
    assert low <= lead.low <= lead.mean <= lead.high <= high
