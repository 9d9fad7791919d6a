"""The story from the outside: files go in by command, predictions come out in SQL and Parquet, each why is told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pyarrow.parquet as pq
import pytest
from command import Answer, Command
from samples import LABELLED_ROWS, NEW_ROWS, Samples, unlabelled

pytestmark = pytest.mark.slow
OUTCOME = {"scenario", "drop", "outcome", "dataset", "model", "gate", "reason"}
WINDOW = {"window", "rows", "failed_rows", "sha256", "path", "model"}
TABLES = {
    "predictions_bank_marketing", "predictions_iiot_quality", "prediction_commit", "dataset_version", "model_version",
    "deployment", "ledger",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """What the commands of the story answered."""

    mlops: Command
    too_early: Answer
    alone: Answer
    quality: Answer
    sensors: Answer
    bank_csv: Answer
    bank_parquet: Answer
    iiot: Answer
    again: Answer
    due: Answer


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Bank data without a host, two tables that arrive apart beside a running one, then predictions both ways."""
    folder = tmp_path_factory.mktemp("story")
    samples, mlops = Samples(folder), Command(folder / "home")
    bank, iiot = samples.labelled("bank_marketing")["clients"], samples.labelled("iiot_quality")
    too_early = mlops("predict", "bank_marketing", samples.new("bank_marketing"), "--wait", "--json")
    alone = mlops("drop", "bank_marketing", bank, "--wait", "--json")
    with mlops.up():
        half = ("--drop", "d1", "--wait", "--json")
        quality = mlops("drop", "iiot_quality", iiot["quality"], "--table", "quality", *half)
        sensors = mlops("drop", "iiot_quality", iiot["sensors"], "--table", "sensors", *half)
        bank_csv = mlops("predict", "bank_marketing", samples.new("bank_marketing"), "--wait", "--json")
        again = mlops("drop", "bank_marketing", samples.text("copy.csv", bank.read_bytes()), "--wait", "--json")
    # Rows that land while nobody works are scored by the next one who asks what is due.
    assert mlops("predict", "iiot_quality", samples.new("iiot_quality"), "--json").json["landed"]
    due = mlops("predict", "iiot_quality", "--json")
    bank_parquet = mlops("predict", "bank_marketing", samples.new("bank_marketing", "parquet"), "--wait", "--json")
    iiot_parquet = mlops("predict", "iiot_quality", samples.new("iiot_quality", "parquet"), "--wait", "--json")
    return Told(mlops, too_early, alone, quality, sensors, bank_csv, bank_parquet, iiot_parquet, again, due)


def test_a_file_is_deployed_with_no_host_running(told: Told) -> None:
    """Exit code 0 and one JSON object: dataset, model and the gate's checks."""
    assert told.alone.code == 0
    answer = told.alone.json
    assert set(answer) == OUTCOME
    assert (answer["scenario"], answer["outcome"], answer["model"]) == (
        "bank_marketing",
        "deployed",
        "bank_marketing:1",
    )
    assert answer["gate"]["passed"]
    assert told.mlops.sql("select id from dataset_version where scenario = ?", "bank_marketing") == [
        (answer["dataset"],)
    ]


def test_tables_that_arrive_apart_make_one_drop(told: Told) -> None:
    """The first waits and says for what; the second decides, on the host that runs already."""
    waiting, decided = told.quality.json, told.sensors.json
    assert (told.quality.code, waiting["outcome"], waiting["drop"]) == (0, "waiting", "d1")
    assert (waiting["dataset"], waiting["model"], waiting["gate"]) == (None, None, None)
    assert "sensors" in waiting["reason"]
    assert (told.sensors.code, decided["outcome"], decided["model"]) == (0, "deployed", "iiot_quality:1")
    assert set(waiting) == set(decided) == OUTCOME


def test_without_a_model_nothing_is_predicted_and_the_next_step_is_named(told: Told) -> None:
    """One sentence, on standard error and as JSON."""
    assert told.too_early.code == 2
    assert told.too_early.json == {"error": told.too_early.sentence}
    assert "No model is deployed for bank_marketing" in told.too_early.sentence
    assert "mlops drop bank_marketing" in told.too_early.sentence


@pytest.mark.parametrize(
    ("answer", "scenario", "model"),
    [
        ("bank_csv", "bank_marketing", "bank_marketing:1"),
        ("bank_parquet", "bank_marketing", "bank_marketing:1"),
        ("iiot", "iiot_quality", "iiot_quality:1"),
        ("due", "iiot_quality", "iiot_quality:1"),
    ],
)
def test_rows_in_sql_are_the_rows_of_the_parquet_file(told: Told, answer: str, scenario: str, model: str) -> None:
    """Equal in count, keys and every value, for CSV and Parquet, with a host beside the command and without."""
    found: Answer = getattr(told, answer)
    assert found.code == 0
    (window,) = found.json["windows"]
    assert set(window) >= WINDOW
    assert (window["rows"], window["failed_rows"], window["model"]) == (NEW_ROWS, 0, model)
    parquet = pq.read_table(told.mlops.lake(window["path"]))
    names = [name for name in parquet.column_names if name != "scored_at"]
    columns = ", ".join(f'"{name}"' for name in names)
    query = f"select {columns} from v_predictions_{scenario} where window = ? order by prediction_id"  # noqa: S608 -- names
    in_sql = told.mlops.sql(query, window["window"])
    assert in_sql == [tuple(row[name] for name in names) for row in parquet.to_pylist()]
    assert len(in_sql) == NEW_ROWS
    commits = told.mlops.sql("select sha256, rows from prediction_commit where window = ?", window["window"])
    assert commits == [(window["sha256"], NEW_ROWS)]


def test_csv_and_parquet_of_the_same_rows_get_the_same_answers(told: Told) -> None:
    """Two windows, one truth; the reported columns are those that were sent."""
    answers = []
    for one in (told.bank_csv, told.bank_parquet):
        table = pq.read_table(told.mlops.lake(one.json["windows"][0]["path"]))
        answers.append(table.select(["prediction", "probability", "age", "job"]).to_pylist())
    assert answers[0] == answers[1]
    assert [row["age"] for row in answers[0]] == unlabelled("bank_marketing", 8, NEW_ROWS)["age"].to_pylist()


def test_the_same_bytes_under_another_name_train_nothing(told: Told) -> None:
    """Duplicate, exit code 0; history says why to whoever asks by drop or by dataset."""
    answer = told.again.json
    assert (told.again.code, answer["outcome"], answer["dataset"]) == (0, "duplicate", told.alone.json["dataset"])
    assert answer["model"] == "bank_marketing:1"
    told_why = told.mlops("history", "--why", answer["drop"], "--json")
    assert told_why.code == 0
    reasons = [entry["reason"] for entry in told_why.json if entry["state"] == "duplicate"]
    assert any("nothing is trained again" in reason for reason in reasons)
    assert told.mlops.sql("select count(*) from run where scenario = 'bank_marketing'") == [(1,)]


def test_history_tells_everything_with_its_reason(told: Told) -> None:
    """Newest first; each line has when, what, how it ended and why."""
    entries: list[dict[str, Any]] = told.mlops("history", "--limit", 500, "--json").json
    assert all({"at", "kind", "key", "state", "reason"} <= set(entry) for entry in entries)
    assert [entry["at"] for entry in entries] == sorted((entry["at"] for entry in entries), reverse=True)
    assert {"blob", "drop", "dataset", "train", "model", "deployment", "window"} <= {entry["kind"] for entry in entries}
    assert all(entry["reason"] for entry in entries if entry["state"] not in ("in_progress", "released"))


def test_a_report_tool_finds_its_tables(told: Told) -> None:
    """SQLite at $MLOPS_HOME/mlops.db, tables by name; a view shows every row with its provenance."""
    names = {name for (name,) in told.mlops.sql("select name from sqlite_master where type = 'table'")}
    assert names >= TABLES
    assert told.mlops.sql("select count(*), count(distinct prediction_id) from predictions_bank_marketing") == [
        (2 * NEW_ROWS, 2 * NEW_ROWS)
    ]
    orphans = (
        "select count(*) from v_predictions_iiot_quality p left join model_version m on m.name || ':' || m.version = "
        "p.model and p.model_sha256 in (m.sha256, m.refit_sha256) left join dataset_version d on d.id = p.dataset "
        "where m.name is null or d.id is null"
    )
    assert told.mlops.sql(orphans) == [(0,)]


def test_the_dataset_names_its_rows_and_files(told: Told) -> None:
    """`datasets show` is the whole story of a version."""
    shown = told.mlops("datasets", "show", "iiot_quality", told.sensors.json["dataset"], "--json").json
    assert {table["name"]: table["rows"] for table in shown["tables"]} == {
        "sensors": LABELLED_ROWS,
        "quality": LABELLED_ROWS,
    }
    assert all(source.startswith("incoming/iiot_quality/d1/") for source in shown["sources"])
    manifest = json.loads(told.mlops.lake(f"datasets/iiot_quality/{shown['id']}/manifest.json").read_text())
    assert manifest["id"] == told.sensors.json["dataset"]
    for table in shown["tables"]:
        (part,) = table["parts"]
        assert (part["drop"], told.mlops.lake(part["path"]).is_file()) == ("d1", True)
        assert manifest["tables"][table["name"]]["parts"][0]["sha256"] == part["sha256"]
