"""`mlops baseline` as a person runs it."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import Command

from model_training.scenarios import SCENARIOS
from shared.adapters.tables import ArrowTables
from shared.bootstrap import build_ports
from shared.core.paths import Landing
from shared.core.scenario import GeneratorOptions
from shared.intake.ingest import ingest


@pytest.fixture(scope="module")
def mlops(tmp_path_factory: pytest.TempPathFactory) -> tuple[Command, str]:
    """A home with one dataset version that waits for its training."""
    home, scenario = tmp_path_factory.mktemp("baseline") / "home", SCENARIOS["bank_marketing"]
    ports = build_ports({"MLOPS_HOME": str(home), "TRAINER_URL": "none:", "QUIET_SECONDS": "0"}, SCENARIOS)
    assert scenario.generate is not None
    rows = scenario.generate(500, 1, GeneratorOptions())["clients"]
    ports.core.lake.put("incoming/bank_marketing/d1/clients.parquet", ArrowTables().write(rows))
    return Command(home), str(ingest(ports, Landing("incoming", scenario, "d1", "")).detail["dataset"])


def test_a_baseline_is_accepted_shown_and_never_guessed(mlops: tuple[Command, str]) -> None:
    """None at first; an accepted one has number, person and reason; a repeat is refused; history lists records."""
    command, dataset = mlops
    none = command("baseline", "show", "bank_marketing")
    assert (none.code, "has no baseline" in none.sentence) == (2, True)
    accepted = command("baseline", "accept", "bank_marketing", dataset, "--by", "ada", "--reason", "First.", "--json")
    assert (accepted.code, accepted.json["number"], accepted.json["accepted_by"]) == (0, 1, "ada")
    shown = command("baseline", "show", "bank_marketing", "--json").json
    assert (shown["dataset"], shown["reason"]) == (dataset, "First.")
    assert shown["profile"]["tables"]["clients"]["rows"] == 500
    assert [one["number"] for one in shown["accepted"]] == [1]
    again = command("baseline", "accept", "bank_marketing", dataset, "--by", "ada", "--reason", "Again.")
    assert (again.code, "already" in again.sentence) == (3, True)
    (record,) = command("baseline", "history", "bank_marketing", "--json").json
    assert (record["dataset"], record["rows"], record["warnings"]) == (dataset, 500, 1)
    table = command("baseline", "show", "bank_marketing").out
    assert "euribor3m" in table
    assert "accepted by ada" in table


def test_a_reason_is_asked_for(mlops: tuple[Command, str]) -> None:
    """Accepting a baseline without a reason is refused."""
    command, dataset = mlops
    answer = command("baseline", "accept", "bank_marketing", dataset, "--by", "ada")
    assert answer.code == 2
    assert "--reason" in answer.err


def test_the_words_of_each_class_are_kept_at_a_retrain(tmp_path: Path) -> None:
    """A drop of texts is taken in and asked to be trained: its history has twenty words a class, and so its report."""
    home, scenario = tmp_path / "home", SCENARIOS["text_classification"]
    ports = build_ports({"MLOPS_HOME": str(home), "TRAINER_URL": "none:", "QUIET_SECONDS": "0"}, SCENARIOS)
    assert scenario.generate is not None
    for name, rows in scenario.generate(120, 1, GeneratorOptions()).items():
        ports.core.lake.put(f"incoming/text_classification/d1/{name}.parquet", ArrowTables().write(rows))
    dataset = str(ingest(ports, Landing("incoming", scenario, "d1", "")).detail["dataset"])
    command = Command(home)
    (record,) = command("baseline", "history", "text_classification", "--json").json
    assert [len(words) for words in record["words"].values()] == [20, 20, 20, 20]
    shown = command("baseline", "history", "text_classification").out
    for label, words in record["words"].items():
        assert f"{dataset} {label}: {', '.join(words)}" in shown
        page = command.lake(f"datasets/text_classification/{dataset}/report.html").read_text()
        assert f"{label}</td><td>{', '.join(words)}" in page
