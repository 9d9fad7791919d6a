"""Every verb once, with --json: what it prints, how it ends, and what it changes."""

from __future__ import annotations

import importlib.util
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import pytest
from command import Answer, Command
from samples import Samples

pytestmark = pytest.mark.slow
BANK = "bank_marketing"
ROWS = 4000


@dataclass(frozen=True, slots=True)
class Run:
    """A home and what its commands answered, in the order of the story."""

    mlops: Command
    demo: Answer
    demo_again: Answer
    trained: Answer
    refused: Answer
    better: Answer
    back: Answer
    again: Answer
    forth: Answer
    told: Answer


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, samples: Samples) -> Run:
    """The demo twice, an equal model, a better one, back and forth."""
    mlops = Command(tmp_path_factory.mktemp("verbs") / "home", PYTHONPATH="")
    more = samples.labelled(BANK, seed=11, rows=8000)["clients"]
    return Run(
        mlops,
        mlops("demo", "--rows", ROWS),
        mlops("demo", "--rows", ROWS, "--json"),
        mlops("train", BANK, "--json"),
        mlops("promote", BANK, "2", "--json"),
        mlops("drop", BANK, more, "--wait", "--json"),
        mlops("rollback", BANK, "--by", "me", "--reason", "I saw something", "--generation", "2", "--json"),
        mlops("rollback", BANK, "--by", "me", "--reason", "I saw something"),
        mlops("promote", BANK, "3", "--by", "me", "--json"),
        mlops("rollback", BANK, "--by", "me"),
    )


def scenarios(done: Run) -> set[str]:
    """The scenarios that the demo has data for."""
    return {one["scenario"] for one in done.demo_again.json["scenarios"]}


def predicted(done: Run) -> int:
    """How many rows the first demo says it predicted."""
    found = re.search(r"to (\d+) predictions", done.demo.out)
    assert found is not None
    return int(found[1])


def test_the_demo_shows_the_whole_loop(done: Run) -> None:
    """Files, models, predictions, and a request to send; standard error shows the progress."""
    assert done.demo.code == 0
    *_, last = done.demo.out.strip().splitlines()
    request = done.mlops.home / "request.json"
    assert last.strip() == f"-d @{request}"
    assert request.is_file()
    count = len(scenarios(done))
    assert f"{count} scenarios went from files to " in done.demo.out
    assert predicted(done) >= 100 * count
    for name in scenarios(done):
        assert f"{name}:1 passed its gate and serves as generation 1." in done.demo.err
        assert f"rows were predicted with {name}:1; 0 failed." in done.demo.err
    assert f"{BANK}:1 was approved for prod by ada" in done.demo.err
    assert "/api/dashboard" in done.demo.out


@pytest.mark.skipif(importlib.util.find_spec("mlflow") is None, reason="mlflow is optional and not installed")
def test_the_trainings_are_tracked(done: Run) -> None:
    """As runs of MLflow, each with its candidates."""
    query = (
        "select runs.name, count(tags.key) from experiments join runs using (experiment_id) "
        "left join tags on tags.key = 'mlflow.parentRunId' and tags.value = runs.run_uuid "
        "where experiments.name = ? and runs.name like ? group by runs.run_uuid"
    )
    with closing(sqlite3.connect(done.mlops.home / "mlflow" / "mlflow.db")) as database:
        candidates = dict(database.execute(query, (BANK, f"{BANK}-%")).fetchall())
    assert set(candidates) == {run for (run,) in done.mlops.sql("select id from run where scenario = ?", BANK)}
    assert len(candidates) >= 2
    assert min(candidates.values()) > 1


def test_the_demo_again_learns_nothing_and_predicts_its_new_rows(done: Run) -> None:
    """The same content is known; the rows to predict are another drop; one JSON summary."""
    told = done.demo_again.json
    assert done.demo_again.code == 0
    assert {one["outcome"] for one in told["scenarios"]} == {"duplicate"}
    assert told["predictions"] == 2 * predicted(done)
    assert told["database"] == str(done.mlops.home / "mlops.db")


def test_training_again_is_judged_again(done: Run) -> None:
    """An equal model does not replace the champion: exit code 3, and by hand it may not serve either."""
    assert (done.trained.code, done.trained.json["outcome"], done.trained.json["model"]) == (3, "refused", f"{BANK}:2")
    assert "the very same graph, byte for byte" in done.trained.json["reason"]
    assert done.refused.code == 3
    assert "may not serve" in done.refused.sentence


def test_rollback_and_promotion_are_generations(done: Run) -> None:
    """Gap-free, each with who and why; a rollback names what it brought back."""
    assert (done.better.code, done.better.json["outcome"]) == (0, "deployed")
    assert (done.back.code, done.back.json["generation"], done.back.json["version"]) == (0, 3, 1)
    assert done.back.json["restores"] == 1
    assert (done.forth.code, done.forth.json["generation"], done.forth.json["version"]) == (0, 4, 3)
    told = done.mlops("deployments", "list", BANK, "--json").json
    assert [(one["generation"], one["version"]) for one in told] == [(1, 1), (2, 3), (3, 1), (4, 3), (5, 1)]
    assert (told[2]["by"], told[2]["reason"]) == ("me", "I saw something")
    assert done.mlops("deployments", "show", BANK, "--json").json == told[-1]
    shown = done.mlops("deployments", "show", BANK).out
    assert shown.startswith(f"{BANK}, generation 5 in prod\n")
    assert f" {BANK}:1\n" in shown
    assert " generation 3\n" in shown


def test_a_second_rollback_brings_nothing_back(done: Run) -> None:
    """A sentence that names what is out, until it is promoted again."""
    assert done.again.code == 3
    said = f"{BANK}:1 serves, and nothing before it is left to go back to: version 3 was taken out by a rollback; "
    assert done.again.sentence == f"{said}to serve it again: mlops promote {BANK} 3."
    assert (done.told.code, done.told.out) == (0, f"{BANK}: generation 5 serves {BANK}:1.\n")


def test_models_show_their_manifest_and_verdict(done: Run) -> None:
    """As a list, and one with everything."""
    models: list[dict[str, Any]] = done.mlops("models", "list", BANK, "--json").json
    assert [(one["version"], one["state"]) for one in models] == [(1, "accepted"), (2, "refused"), (3, "accepted")]
    shown = done.mlops("models", "show", f"{BANK}:2", "--json").json
    assert shown["manifest"]["sha256"] == shown["sha256"]
    assert [check["verdict"] for check in shown["gate"]["checks"]].count("fail") == 1


def test_a_model_is_one_screen_and_shows_no_person(done: Run) -> None:
    """State, metrics with intervals, what the gate did not pass; golden rows lack what is declared personal."""
    told = done.mlops("models", "show", f"{BANK}:2").out
    assert "refused" in told
    assert re.search(r"auc_time 0\.\d{3} \(95 %: ", told)
    assert len(told.splitlines()) < 30
    shown = done.mlops("models", "show", f"{BANK}:2", "--json").json
    columns = {name for row in shown["manifest"]["golden"]["rows"] for name in row}
    assert "euribor3m" in columns
    assert not columns & {"age", "job", "marital", "education"}


def test_the_version_is_that_of_the_package(done: Run) -> None:
    """One line, with the digest of the code that runs, and exit code 0."""
    answer = done.mlops("--version")
    assert answer.code == 0
    assert re.fullmatch(rf"mlops {re.escape(version('event-driven-mlops'))}\+\w+\n", answer.out)


def test_a_shell_can_complete_verbs(done: Run) -> None:
    """What bash asks for when somebody types `mlops his` and the tabulator."""
    words = {"_MLOPS_COMPLETE": "complete_bash", "COMP_WORDS": "mlops his", "COMP_CWORD": "1"}
    answer = done.mlops(**words)
    assert (answer.code, answer.out.split()) == (0, ["history"])


def test_datasets_are_listed_and_shown(done: Run) -> None:
    """With their profile."""
    listed = done.mlops("datasets", "list", BANK, "--json").json
    assert len(listed) == 2
    shown = done.mlops("datasets", "show", BANK, listed[0]["id"], "--json").json
    assert shown["digest"] == listed[0]["digest"]
    assert shown["profile"]


def test_status_and_tick_show_that_all_is_done(done: Run) -> None:
    """Nothing is left to do, and a round of the timers finds nothing."""
    told = done.mlops("status", "--json").json["scenarios"][BANK]
    assert (told["model"], told["generation"], told["open_windows"]) == (f"{BANK}:1", 5, 0)
    assert told["metric"]["name"] == "auc"
    assert (told["breaches"], told["approvals"]) == (0, [])
    tick = done.mlops("tick", "--json")
    assert (tick.code, tick.json) == (0, {"events": 0, "windows": 0, "unfinished": []})


def test_the_doctor_finds_nothing_wrong_and_names_what_is(done: Run) -> None:
    """Exit code 0 when nothing fails; 4, with a fix for each finding, when something does."""
    well = done.mlops("doctor", "--json", MLOPS_HOEM="typo")
    assert well.code == 0
    verdicts = {finding["name"]: finding["verdict"] for finding in well.json}
    assert (verdicts["database"], verdicts["functions"], verdicts["setting names"]) == ("ok", "ok", "warn")
    ill = done.mlops("doctor", "--json", DATABASE_URL="sqlite:////dev/null/mlops.db")
    assert ill.code == 4
    failed = [finding for finding in ill.json if finding["verdict"] == "fail"]
    assert failed
    assert all(finding["fix"] for finding in failed)


def test_people_get_tables(done: Run) -> None:
    """The same facts without --json."""
    assert f"{BANK}:3" in done.mlops("status").out
    assert "I saw something" in done.mlops("deployments", "list").out
    assert "No window is due." in done.mlops("predict", BANK).out
