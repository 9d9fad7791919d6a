"""Lineage, backfill and replay on the command line."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from command import REPOSITORY, Answer, Command
from delta_reader import read_delta
from samples import Samples

pytestmark = pytest.mark.slow
BANK = "bank_marketing"


@dataclass(frozen=True, slots=True)
class Told:
    """A home with one scored window, and what its commands answered."""

    mlops: Command
    number: int
    dry: Answer
    again: Answer
    repeated: Answer


@pytest.fixture(scope="module")
def told(mlops: Command, samples: Samples) -> Told:
    """Score a file, then score its window again."""
    rows = samples.new(BANK, rows=50)
    scored = mlops("predict", BANK, rows, "--drop", "today", "--wait", "--json")
    assert scored.code == 0, scored
    ((number,),) = mlops.sql("select min(prediction_id) from predictions_bank_marketing")
    line = ("backfill", BANK, "--from", "2020-01-01", "--to", "2100-01-01", "--by", "me", "--json")
    return Told(mlops, number, mlops(*line, "--dry-run"), mlops(*line, "--model", f"{BANK}:1"), mlops(*line))


def blob_exists(mlops: Command, key: str) -> bool:
    """Whether the lake has the file of that `path@etag`."""
    return mlops.lake(key.rpartition("@")[0]).is_file()


def test_a_prediction_is_traced_and_each_id_exists(told: Told) -> None:
    """Row, window, files, model, gate, run, dataset, events."""
    answer = told.mlops("trace", told.number, "--scenario", BANK, "--json")
    found: dict[str, Any] = answer.json
    assert answer.code == 0
    query = "select model, run_id, dataset, window from v_predictions_bank_marketing_asof where prediction_id = ?"
    row = told.mlops.sql(query, told.number)
    window = found["window"]
    assert row == [(found["prediction"]["model"], found["run"]["id"], found["dataset"]["id"], window["id"])]
    assert told.mlops.lake(window["path"]).is_file()
    assert window["inputs"]
    assert all(blob_exists(told.mlops, key) for key in (*window["inputs"], *found["dataset"]["sources"]))
    assert found["gate"]["passed"] is True
    for event in found["events"]:
        query = "select count(*) from ledger where kind = ? and key = ?"
        assert told.mlops.sql(query, event["kind"], event["key"]) == [(1,)]


def test_people_get_a_tree(told: Told) -> None:
    """The same facts, one under the other."""
    out = told.mlops("trace", told.number).out
    assert told.mlops("trace", f"{BANK}/{told.number}").out == out
    for part in (f"prediction {told.number}", "window today-", "valid since ", "gate passed", "events", "dataset ",
                 "blob  scoring/bank_marketing/today/", "blob  incoming/bank_marketing/first/"):  # fmt: skip
        assert part in out, part
    dataset = told.mlops.sql("select id from dataset_version")[0][0]
    assert "1 model, 2 windows, 100 predictions" in told.mlops("impact", dataset).out


def test_what_a_file_touched(told: Told) -> None:
    """Both versions of its window; of the file that was learnt from, the model as well."""
    ((source,),) = told.mlops.sql("select distinct path from prediction_source")
    direct = told.mlops("impact", source, "--json").json
    assert ([one["version"] for one in direct["windows"]], direct["models"]) == ([1, 2], [])
    learnt = json.loads(told.mlops.sql("select sources from dataset_version")[0][0])[0]
    assert [one["version"] for one in told.mlops("impact", learnt, "--json").json["models"]] == [1]


def test_a_backfill_is_a_further_version(told: Told) -> None:
    """The dry run changes nothing; the first rows stay; reports see the new rows; a second run has nothing to do."""
    assert (told.dry.code, told.dry.json["made"]) == (0, [])
    assert [one["action"] for one in told.dry.json["windows"]] == ["scored again"]
    (made,) = told.again.json["made"]
    assert (told.again.code, made["version"], made["state"], made["rows"]) == (0, 2, "committed", 50)
    assert "this model has made version 2" in told.repeated.json["left"][0]["reason"]
    counts = (
        "select (select count(*) from predictions_bank_marketing), (select count(*) from v_predictions_bank_marketing)"
    )
    assert told.mlops.sql(counts) == [(100, 50)]
    assert told.mlops.sql("select distinct window from v_predictions_bank_marketing") == [(made["window"],)]


def test_rows_that_were_lost_come_back(told: Told) -> None:
    """The same rows, from the lake."""
    query = "select * from predictions_bank_marketing order by prediction_id"
    before = told.mlops.sql(query)
    with closing(sqlite3.connect(told.mlops.home / "mlops.db")) as connection:
        connection.execute("delete from predictions_bank_marketing where prediction_id % 3 = 0")
        connection.commit()
    assert "2 windows restored, 0 windows failed" in told.mlops("rebuild-sql", BANK).out
    assert told.mlops.sql(query) == before
    assert {one["state"] for one in told.mlops("rebuild-sql", "--json").json} == {"intact"}


def test_a_lost_delta_table_comes_back(told: Told) -> None:
    """The rows that the view has, from the lake; with the setting off nothing is written."""
    root = told.mlops.home / "lake" / "tables" / BANK / "predictions"
    shutil.rmtree(root / "_delta_log")
    assert told.mlops("rebuild-tables", BANK, DELTA_TABLES="off").code == 3
    assert "0 partitions intact, 1 partition restored, 0 partitions removed" in told.mlops("rebuild-tables", BANK).out
    assert [row["prediction_id"] for row in read_delta(root)] == [
        one for (one,) in told.mlops.sql("select prediction_id from v_predictions_bank_marketing order by 1")
    ]
    assert {one["state"] for one in told.mlops("rebuild-tables", "--json").json} == {"intact"}


def test_what_was_quarantined_can_be_tried_again(told: Told, samples: Samples) -> None:
    """One line with its reason in a dry run; exit code 3 when it is quarantined again."""
    bad = samples.text("bad.csv", "age;job\n1;2\n")
    assert told.mlops("drop", BANK, bad, "--drop", "bad", "--wait").code == 3
    dry = told.mlops("replay", "--dry-run")
    assert dry.code == 0
    assert len(dry.out.strip().splitlines()) == 1
    assert "would be retried" in dry.out
    real = told.mlops("replay", "bank_marketing/bad/", "--json")
    assert (real.code, [one["ends"] for one in real.json["items"]]) == (3, ["quarantined"])


def test_alerts_are_shown_without_being_sent(told: Told) -> None:
    """Every format, and no delivery."""
    shown = told.mlops("alerts", "test", "--dry-run").json
    assert set(shown) == {"cloudevent", "slack", "teams", "mail"}
    assert told.mlops("alerts", "list", "--json").json == []


def test_messages_land_as_a_table(told: Told, tmp_path: Path) -> None:
    """Members become columns; a sensor may be null; the line of an invalid message is named."""
    message = {"BatchNumber": 1, **{f"S{n}": n / 2 for n in range(1, 42)}, "SourceTimestamp": 1_735_689_600_000}
    file = tmp_path / "messages.jsonl"
    file.write_text("".join(json.dumps({**message, "BatchNumber": n, "S4": None}) + "\n" for n in range(1, 4)))
    sent = told.mlops("telemetry", "send", "iiot_quality", file, "--drop", "m1", "--json")
    assert (sent.code, sent.json["rows"]) == (0, 3)
    assert told.mlops.lake(sent.json["landed"]).is_file()
    assert told.mlops("telemetry", "send", "iiot_quality", file, "--drop", "m1").code == 2
    assert told.mlops("telemetry", "list", "iiot_quality", "--json").json == []
    for line, named in (
        ('{"S1": "x"}', "S1"),
        ("[1]", "not a JSON object"),
        ("{", "not JSON"),
        ('{"S99": 1}', "'S99'"),
        ('{"S1": NaN}', "S1"),
        ('{"BatchNumber": null}', "BatchNumber"),
        ('{"BatchNumber": true}', "BatchNumber"),
    ):
        file.write_text(json.dumps(message) + "\n" + line + "\n")
        answer = told.mlops("telemetry", "send", "iiot_quality", file)
        assert answer.code == 2
        assert "Line 2" in answer.sentence
        assert named in answer.sentence


def run_notebook(told: Told, monkeypatch: pytest.MonkeyPatch, name: str) -> dict[str, Any]:
    """Run every cell of the notebook, one after the other, on the home; what its names are afterwards."""
    monkeypatch.setenv("MLOPS_HOME", str(told.mlops.home))
    names: dict[str, Any] = {}
    for cell in json.loads((REPOSITORY / "docs" / "notebooks" / name).read_text())["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)  # noqa: S102 -- the page's own code
    return names


def test_the_notebook_reads_this_home(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one, on a home with a model and predictions."""
    names = run_notebook(told, monkeypatch, "first-look.ipynb")
    assert names["champion"].id == f"{BANK}:1"
    assert len(names["found"]) == len(names["predictions"]) > 0


def test_the_notebook_plots_prediction_against_actual(
    told: Told, samples: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It reads the Delta tables with nothing of this project, and draws a point for each bin of probabilities."""
    ids = [number for (number,) in told.mlops.sql("select prediction_id from v_predictions_bank_marketing order by 1")]
    lines = "".join(f"{number};{'yes' if number % 5 == 0 else 'no'}\n" for number in ids[:40])
    assert told.mlops("actuals", BANK, samples.text("labels.csv", f"prediction_id;y\n{lines}")).code == 0
    names = run_notebook(told, monkeypatch, "prediction-against-actual.ipynb")
    assert (len(names["predictions"]), len(names["labelled"])) == (len(ids), 40)
    assert sorted(names["labelled"]["prediction_id"]) == ids[:40]
    assert names["shares"]["rows"].sum() == 40
    assert names["picture"].svg.count("<circle") == len(names["shares"])
    assert fromstring(names["picture"].svg).tag.endswith("svg")  # noqa: S314 -- the notebook's own text
