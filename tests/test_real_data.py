"""The loop on the real files, by command: what must be deployed is, what must not is not.

`make test` trains on the bank's calls with the quick profile, `make test-all` on both files with the default one.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
import sampling
from command import REAL_DATA, Answer, Command
from sampling import Sample

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not REAL_DATA.is_dir(), reason="the real data does not lie beside the project"),
]
BANK, IIOT = "bank_marketing", "iiot_quality"


@pytest.fixture(scope="module")
def mlops(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """The command on a fresh home, in a whole run training as it does by default."""
    profile = "default" if sampling.WHOLE else "demo"
    return Command(tmp_path_factory.mktemp("real") / "home", TRAINING_PROFILE=profile)


@pytest.fixture(scope="module")
def bank(mlops: Command) -> Answer:
    """All labelled calls, dropped."""
    return mlops("drop", BANK, REAL_DATA / "bank_marketing" / "bankmarketing_train.csv", "--wait", "--json")


@pytest.fixture(scope="module")
def iiot(mlops: Command) -> Answer:
    """Both tables in one command: which is which is told by their columns."""
    files = [REAL_DATA / IIOT / name for name in ("simulateddata.csv", "batch-quality-data.csv")]
    return mlops("drop", IIOT, *files, "--wait", "--json")


def test_the_bank_s_calls_become_a_model_in_service(mlops: Command, bank: Answer, sample: Sample) -> None:
    """Deployed without what leaks the answer; the score with it is reported beside, and why it is not used."""
    sample(["demo", "default"], 1, "training profiles")
    assert (bank.code, bank.json["outcome"]) == (0, "deployed"), bank
    shown = mlops("models", "show", bank.json["model"], "--json").json
    assert shown["metrics"]["auc_with_leakage"] >= 0.94
    assert 0.75 <= shown["metrics"]["auc"] < shown["metrics"]["auc_with_leakage"]
    assert shown["gate"]["checks"] == bank.json["gate"]["checks"]
    dataset = mlops("datasets", "show", BANK, bank.json["dataset"], "--json").json
    assert [table["rows"] for table in dataset["tables"]] == [_lines(REAL_DATA / BANK / "bankmarketing_train.csv") - 1]


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n")


def test_a_thousand_calls_without_an_answer_are_predicted(mlops: Command, bank: Answer, tmp_path: Path) -> None:
    """Every row once, in SQL as in Parquet, and mostly right: the answers are known here."""
    known = pacsv.read_csv(REAL_DATA / BANK / "bankmarketing_train.csv").slice(0, 1000)
    file = tmp_path / "calls.parquet"
    pq.write_table(known.drop_columns(["y"]), file)
    answer = mlops("predict", BANK, file, "--wait", "--json")
    assert answer.code == 0, answer
    (window,) = answer.json["windows"]
    assert (window["rows"], window["failed_rows"], window["model"]) == (1000, 0, bank.json["model"])
    predicted = pq.read_table(mlops.lake(window["path"]))
    in_sql = mlops.sql("select prediction_id, prediction from predictions_bank_marketing order by prediction_id")
    assert in_sql == [(row["prediction_id"], row["prediction"]) for row in predicted.to_pylist()]
    right = pc.equal(predicted["prediction"].cast("string"), known["y"].cast("string"))
    assert pc.sum(right).as_py() >= 850


@pytest.mark.whole_only
def test_the_machine_s_batches_are_learned_and_refused(mlops: Command, iiot: Answer) -> None:
    """A dataset, a run, a model; and a gate that trusts the time-ordered split and says so with both numbers."""
    told = iiot.json
    assert (iiot.code, told["outcome"], told["model"]) == (3, "refused", f"{IIOT}:1"), iiot
    assert mlops.sql("select state from run where scenario = ?", IIOT) == [("completed",)]
    metrics = mlops("models", "show", told["model"], "--json").json["metrics"]
    assert "time-ordered" in told["reason"]
    for split in ("auc_time", "auc_random"):
        assert f"{metrics[split]:.3f}" in told["reason"]
    assert metrics["auc_time"] < 0.65 < metrics["auc_random"]
    assert not told["gate"]["passed"]


@pytest.mark.whole_only
def test_a_refused_model_cannot_be_put_into_service(mlops: Command, iiot: Answer) -> None:
    """Nor does anything serve, nor is anything predicted."""
    answer = mlops("promote", IIOT, "1", "--json")
    assert answer.code == 3
    assert "may not serve" in answer.sentence
    assert mlops("deployments", "show", IIOT).code == 2
    assert mlops.sql("select state from model_version where name = ?", IIOT) == [("refused",)]


def test_the_same_files_again_train_nothing(mlops: Command, bank: Answer) -> None:
    """Under another name: the content is known."""
    again = mlops("drop", BANK, REAL_DATA / BANK / "bankmarketing_train.csv", "--drop", "again", "--wait", "--json")
    assert (again.code, again.json["outcome"], again.json["dataset"]) == (0, "duplicate", bank.json["dataset"])
    assert again.json["model"] == bank.json["model"]
