"""`mlops scenario`: a file becomes a scenario, its model serves, and what cannot be is said in one sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from command import Command
from customers import as_csv, customers

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def mlops(tmp_path: Path) -> Command:
    """The command with a folder of scenarios of its own."""
    (tmp_path / "scenarios").mkdir()
    return Command(tmp_path / "home", SCENARIOS_PATH=str(tmp_path / "scenarios"))


@pytest.mark.slow
def test_a_file_becomes_a_served_model(mlops: Command, tmp_path: Path) -> None:
    """One command writes the scenario; the same file teaches the model; rows without answers are predicted."""
    file, later = tmp_path / "customers.csv", tmp_path / "later.csv"
    file.write_text(as_csv(customers(600)))
    later.write_text(as_csv(customers(20, seed=2), without=("churn", "refund", "email", "Country")))
    written = mlops("scenario", "new", "churn", "--from", file, "--target", "churn", "--json")
    assert (written.code, written.err) == (0, "")
    told = written.json
    assert (told["task"], told["labels"], told["key"], told["time"]) == ("binary", ["No", "Yes"], ["customerID"], "signup")
    assert told["inputs"] == ["tenure", "Contract", "MonthlyCharges", "TotalCharges"]
    assert told["left_out"] == ["email", "Country", "refund"]
    assert 0.5 < told["bar"]["auc"] < told["baseline"]
    dropped = mlops("drop", "churn", file, "--wait", "--json").json
    assert (dropped["outcome"], dropped["model"]) == ("deployed", "churn:1"), dropped
    (window,) = mlops("predict", "churn", later, "--wait", "--json").json["windows"]
    assert (window["rows"], window["failed_rows"], window["model"]) == (20, 0, "churn:1"), window
