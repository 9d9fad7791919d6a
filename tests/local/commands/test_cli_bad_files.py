"""Bad files by command: they are refused with a reason, kept in quarantine, and disturb no other file."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from command import Answer, Command
from samples import Samples

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Bad:
    """A file's name and bytes, the word that the sentence must contain, and the place that the reason names."""

    name: str
    content: bytes
    named: str
    row: int | None = None
    column: str = ""


def bad_files(good: bytes) -> dict[str, Bad]:
    """One file for each way to be wrong, made from a good one."""
    header, first, *rest = good.decode().splitlines()
    cells = first.split(",")
    return {
        "empty": Bad("empty.csv", b"", "holds nothing"),
        "header": Bad("header.csv", f"{header}\n".encode(), "row"),
        "ragged": Bad("ragged.csv", "\n".join([header, first, rest[0] + ",surplus", *rest[1:]]).encode(), "line 3", 2),
        "short": Bad("short.csv", "\n".join([header, first, rest[0], "1,2,3"]).encode(), "line 4", 3),
        "pipes": Bad("pipes.csv", good.replace(b",", b"|"), "comma"),
        "utf16": Bad("utf16.csv", good.decode().encode("utf-16"), "UTF-8"),
        "renamed": Bad("renamed.parquet", good, "Parquet"),
        "cell": Bad("cell.csv", "\n".join([header, ",".join(["old", *cells[1:]]), *rest]).encode(), "line 2", 1, "age"),
        "label": Bad("label.csv", "\n".join([header, ",".join([*cells[:-1], "maybe"]), *rest]).encode(), "y", 1, "y"),
        "column": Bad("column.csv", good.replace(b"age", b"years", 1), "age", None, "age"),
        "ending": Bad("clients.txt", good, ".parquet"),
    }


@dataclass(frozen=True, slots=True)
class Round:
    """Every bad file dropped beside a running host, and a good one after them."""

    mlops: Command
    files: dict[str, Bad]
    answers: dict[str, Answer]
    good: Answer


@pytest.fixture(scope="module")
def dropped(tmp_path_factory: pytest.TempPathFactory, samples: Samples) -> Round:
    """Run two commands at a time."""
    mlops = Command(tmp_path_factory.mktemp("bad") / "home")
    good = samples.labelled("bank_marketing")["clients"]
    files = bad_files(good.read_bytes())

    def drop(key: str) -> Answer:
        file = samples.text(files[key].name, files[key].content)
        return mlops("drop", "bank_marketing", file, "--drop", key, "--wait", "--json")

    with mlops.up(), ThreadPoolExecutor(2) as pool:
        answers = dict(zip(files, pool.map(drop, files), strict=True))
        after = mlops("drop", "bank_marketing", good, "--wait", "--json")
    return Round(mlops, files, answers, after)


KEYS = sorted(bad_files(b"age,y\n1,no\n2,no\n3,no\n"))


@pytest.mark.parametrize("key", KEYS)
def test_a_bad_file_is_quarantined_in_words(dropped: Round, key: str) -> None:
    """Exit code 3, and a sentence that names what is wrong and where."""
    answer, bad = dropped.answers[key], dropped.files[key]
    assert answer.code == 3, answer
    told = answer.json
    assert (told["outcome"], told["dataset"], told["model"], told["gate"]) == ("quarantined", None, None, None)
    assert bad.named.lower() in told["reason"].lower()
    assert bad.column in told["reason"]
    assert told["reason"].endswith(".")
    assert len(told["reason"]) < 700


@pytest.mark.parametrize("key", KEYS)
def test_the_refused_bytes_are_kept_with_the_reason(dropped: Round, key: str) -> None:
    """quarantine/<scenario>/<drop>/…: what was sent, and reason.json beside it."""
    folder = dropped.mlops.lake(f"quarantine/bank_marketing/{key}")
    kept = {path.name: path for path in folder.rglob("*") if path.is_file()}
    reason = json.loads(kept.pop("reason.json").read_text())
    (bytes_kept,) = kept.values()
    assert bytes_kept.read_bytes() == dropped.files[key].content
    assert reason["reason"] == dropped.answers[key].json["reason"]
    assert (reason["row"], reason["column"]) == (dropped.files[key].row, dropped.files[key].column)


def test_nothing_else_is_disturbed(dropped: Round) -> None:
    """The good file after them is deployed; one dataset, one run, one model; nothing is stuck."""
    assert (dropped.good.code, dropped.good.json["outcome"]) == (0, "deployed")
    for table in ("dataset_version", "run", "model_version", "deployment where environment = 'prod'"):
        assert dropped.mlops.sql(f"select count(*) from {table}") == [(1,)]  # noqa: S608 -- a fixed name
    assert dropped.mlops.sql("select key from ledger where state in ('in_progress', 'released', 'failed')") == []


def test_history_shows_why_a_file_was_refused(dropped: Round) -> None:
    """`mlops history --why` finds the drop by its name."""
    answer = dropped.mlops("history", "--why", "ragged")
    assert answer.code == 0
    assert "line 3" in answer.out
    every = dropped.mlops("history", "--why", "ragged", "--json").json
    assert len(every) > 2
    assert dropped.mlops("history", "--why", "ragged", "--limit", "2", "--json").json == every[-2:]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_bad_rows_to_predict_are_refused_alone(mlops: Command, samples: Samples, ending: str) -> None:
    """Exit code 3 with the reason; no window of theirs is committed."""
    content = samples.new("bank_marketing").read_bytes().replace(b"\n", b"\nold", 1)
    answer = mlops("predict", "bank_marketing", samples.text(f"new.{ending}", content), "--wait", "--json")
    assert answer.code == 3
    (window,) = answer.json["windows"]
    assert (window["state"], window["rows"], window["path"]) == ("quarantined", 0, None)
    assert ("line 2" if ending == "csv" else "Parquet") in window["reason"]
    assert mlops.sql("select count(*) from prediction_commit where window = ?", window["window"]) == [(0,)]


def test_a_corrected_file_in_the_same_drop_is_taken(tmp_path: Path, samples: Samples, deployed_once: Path) -> None:
    """The drop's name stays, its content is new."""
    home = tmp_path / "home"
    shutil.copytree(deployed_once, home)
    mlops = Command(home)
    file = samples.text("clients.csv", "age\n1\n")
    first = mlops("drop", "bank_marketing", file, "--drop", "fixed", "--wait", "--json")
    assert (first.code, first.json["outcome"]) == (3, "quarantined")
    corrected = samples.labelled("bank_marketing")["clients"]
    second = mlops("drop", "bank_marketing", corrected, "--drop", "fixed", "--wait", "--json")
    assert (second.code, second.json["outcome"]) == (0, "duplicate")
