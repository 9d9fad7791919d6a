"""What the scenarios declare is complete, and declaring it loads nothing heavy."""

from __future__ import annotations

import subprocess
import sys

import pytest

from model_training.estimators.families import check_candidates
from model_training.scenarios import SCENARIOS
from shared.core.scenario import GeneratorOptions, Scenario
from shared.training.metrics import LARGER_IS_BETTER

HEAVY = ("numpy", "pandas", "pyarrow", "sklearn", "lightgbm", "onnx", "onnxruntime", "sqlalchemy")


def test_importing_the_scenarios_loads_nothing_heavy() -> None:
    """A function app reads the declarations at a cold start: none of the heavy packages may come along."""
    code = f"import sys, model_training.scenarios; print([name for name in {HEAVY!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_every_name_is_a_column(scenario: Scenario) -> None:
    """Features, answers, entity, time and report columns exist in the table that is scored or in the feature frame."""
    known = {column.name for column in scenario.scoring_table.columns}
    if scenario.assemble is not None and scenario.generate is not None:
        tables = {name: table.to_pandas() for name, table in scenario.generate(2_000, 1, GeneratorOptions()).items()}
        known |= set(scenario.assemble(tables).columns)
    answers = {column.name for table in scenario.tables for column in table.columns}
    assert set(scenario.features) | set(scenario.leakage) | set(scenario.batch.report) <= known
    assert set(scenario.entity) | set(scenario.request_fields) <= known
    assert scenario.time in known | {""}
    assert set(scenario.targets) <= answers | known
    assert scenario.metric in LARGER_IS_BETTER
    check_candidates(scenario)


def test_the_bank_knows_the_call_only_afterwards() -> None:
    """Twenty inputs are accepted, nineteen are used: the duration of the call would give the answer away."""
    bank = SCENARIOS["bank_marketing"]
    assert len(bank.request_fields) == 20
    assert len(bank.features) == 19
    assert "duration" not in bank.features


def test_the_sensors_stand_in_the_declared_order() -> None:
    """The nineteen sensors of the quality model, in the order in which its matrix has them."""
    expected = "S16 S20 S19 S18 S29 S41 S9 S10 S8 S11 S14 S13 S28 S15 S26 S33 S7 S3 S39"
    assert SCENARIOS["iiot_quality"].features == tuple(expected.split(" "))
    assert len(SCENARIOS["iiot_quality"].table("sensors").columns) == 43
