"""What the scenarios declare is complete, and declaring it loads nothing heavy."""

from __future__ import annotations

import subprocess
import sys

import pytest

from model_training.scenarios import SCENARIOS
from shared.domain.scenario import Scenario

HEAVY = ("numpy", "pandas", "pyarrow", "sklearn", "lightgbm", "onnx", "onnxruntime", "sqlalchemy")


def test_importing_the_scenarios_loads_nothing_heavy() -> None:
    """A function app reads the declarations at a cold start: none of the heavy packages may come along."""
    code = f"import sys, model_training.scenarios; print([name for name in {HEAVY!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_every_name_is_a_column(scenario: Scenario) -> None:
    """Features, target, entity, time and report columns exist in the tables they are read from."""
    scoring = {column.name for column in scenario.scoring_table.columns}
    assert set(scenario.features) <= scoring
    assert set(scenario.leakage) <= scoring
    assert set(scenario.batch.report) <= scoring
    assert set(scenario.entity) <= scoring
    assert scenario.time in scoring | {""}
    assert scenario.target in {column.name for column in scenario.table(scenario.label_table).columns}
    assert set(scenario.request_fields) <= scoring


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
