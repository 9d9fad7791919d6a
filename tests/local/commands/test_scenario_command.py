"""`mlops scenario`: a file becomes a scenario, its model serves, and what cannot be is said in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from command import Command
from customers import as_csv, customers


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
    assert (told["task"], told["labels"], told["key"], told["time"]) == (
        "binary",
        ["No", "Yes"],
        ["customerID"],
        "signup",
    )
    assert told["inputs"] == ["tenure", "Contract", "MonthlyCharges", "TotalCharges"]
    assert told["left_out"] == ["email", "Country", "refund"]
    assert 0.5 < told["bar"]["auc"] < told["baseline"]
    dropped = mlops("drop", "churn", file, "--wait", "--json").json
    assert (dropped["outcome"], dropped["model"]) == ("deployed", "churn:1"), dropped
    (window,) = mlops("predict", "churn", later, "--wait", "--json").json["windows"]
    assert (window["rows"], window["failed_rows"], window["model"]) == (20, 0, "churn:1"), window


def test_a_declared_scenario_is_checked_shown_exported_and_generated(mlops: Command, tmp_path: Path) -> None:
    """Without any data: what a file needs, a sample of it, its contract, and files to try with."""
    shown = mlops("scenario", "show", "bank_marketing", "--sample", tmp_path / "sample.csv", "--json").json
    needed = {one["column"]: one["needed"] for one in shown["tables"]["clients"]}
    assert (needed["age"], needed["y"]) == ("always", "with answers")
    assert len((tmp_path / "sample.csv").read_text().splitlines()) == 11
    assert mlops("scenario", "check", "bank_marketing").code == 0
    contract = mlops("scenario", "export", "iiot_quality", "--out", tmp_path / "iiot.yaml")
    assert (contract.code, (tmp_path / "iiot.yaml").read_text().splitlines()[0]) == (0, "version: 1.0.0")
    printed = mlops("scenario", "export", "iiot_quality")
    assert printed.out == (tmp_path / "iiot.yaml").read_text()
    told = mlops("scenario", "export", "iiot_quality", "--json").json
    assert (told["kind"], told) == ("DataContract", yaml.safe_load(printed.out))
    again = mlops("scenario", "export", "iiot_quality", "--out", tmp_path / "again.yaml", "--json").json
    assert again == {"scenario": "iiot_quality", "file": str(tmp_path / "again.yaml")}
    line = ("generate", "iiot_quality", "--rows", "300", "--out", tmp_path)
    assert set(mlops(*line, "--json").json["files"]) == {
        str(tmp_path / f"{name}.csv") for name in ("sensors", "quality")
    }
    assert mlops(*line).sentence.endswith("already; accepted: --out with another folder.")


def test_a_sample_and_a_contract_replace_no_file(mlops: Command, tmp_path: Path) -> None:
    """A file that is there, a folder, and a file in no folder are refused in one sentence."""
    there, nowhere = tmp_path / "there.csv", tmp_path / "nowhere"
    there.write_text("mine")
    (tmp_path / "quality.new.csv").write_text("mine")
    for line in (("show", "bank_marketing", "--sample"), ("export", "bank_marketing", "--out")):
        option = line[-1]
        refused = {
            there: f"There is a file {there} already; accepted: {option} with another name.",
            tmp_path: f"{tmp_path} is a folder; accepted: {option} with the name of a file.",
            nowhere / "x": f"There is no folder {nowhere}; accepted: {option} with a folder that is there.",
        }
        for file, sentence in refused.items():
            answer = mlops("scenario", *line, file)
            assert (answer.code, answer.sentence) == (2, sentence)
    assert mlops("scenario", "show", "iiot_quality", "--sample", ".").sentence.startswith(". is a folder; accepted: ")
    answer = mlops("scenario", "show", "iiot_quality", "--sample", tmp_path / "new.csv")
    assert answer.sentence.startswith(f"There is a file {tmp_path / 'quality.new.csv'} already")
    assert not (tmp_path / "sensors.new.csv").exists()
    assert there.read_text() == "mine"
    assert not nowhere.exists()


def test_generated_files_lie_in_a_new_folder(mlops: Command, tmp_path: Path) -> None:
    """The folder is made; a seed or a drift that no generator takes is refused, and then nothing is made."""
    folder = tmp_path / "new" / "samples"
    drifts = {text: f"--drift is {text}; accepted: a number from 0 to 100." for text in ("nan", "inf", "1e+308", "-1")}
    for text, sentence in drifts.items():
        answer = mlops("generate", "bank_marketing", "--drift", text, "--out", folder)
        assert (answer.code, answer.sentence) == (2, sentence)
    answer = mlops("generate", "bank_marketing", "--seed", "-1", "--out", folder)
    assert answer.code == 2
    assert "--seed" in answer.sentence
    assert not folder.parent.exists()
    line = ("generate", "bank_marketing", "--rows", "5", "--drift", "100", "--out")
    assert mlops(*line, folder).code == 0
    assert len((folder / "clients.csv").read_text().splitlines()) == 6
    below = mlops(*line, folder / "clients.csv" / "below")
    assert (below.code, below.sentence) == (
        2, f"{folder / 'clients.csv'} is a file; accepted: --out with a folder, which is made if it is not there.",
    )  # fmt: skip


def test_what_is_not_said_is_asked_for(mlops: Command, tmp_path: Path) -> None:
    """One sentence and exit code 2, and nothing is written."""
    asked = {
        (): "No file is named; accepted: --from FILE, a CSV or Parquet file with answers.",
        ("--from", "x.csv"): "No column to predict is named; accepted: --target COLUMN, once or several times.",
        ("--from", "x.csv", "--target", "y"): "There is no file x.csv; accepted: a CSV or Parquet file.",
        ("--from", "x.csv", "--target", "y", "--task", "cluster"): (
            "There is no task 'cluster'; accepted: binary, multiclass, multilabel, regression."
        ),
    }
    for options, sentence in asked.items():
        answer = mlops("scenario", "new", "churn", *options)
        assert (answer.code, answer.sentence) == (2, sentence)
    assert list((tmp_path / "scenarios").iterdir()) == []
