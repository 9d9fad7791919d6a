"""`mlops datasets`: which parts a version has, what changed between two, and one table for a notebook."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from command import Command
from increments import Drops
from pyarrow import csv

from model_training.scenarios import SCENARIOS
from shared.core.scenario import GeneratorOptions

BANK = "bank_marketing"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the state."""
    return tmp_path_factory.mktemp("datasets") / "home"


@pytest.fixture(scope="module")
def drops(home: Path) -> Drops:
    """A home with two versions: 600 rows, and 200 more."""
    drops = Drops(home, SCENARIOS[BANK])
    generate = SCENARIOS[BANK].generate
    assert generate is not None
    for number, rows in enumerate((600, 200), 1):
        drops.drop(f"d{number}", generate(rows, number, GeneratorOptions()))
    return drops


@pytest.fixture
def mlops(home: Path) -> Command:
    """The command at that home."""
    return Command(home)


def test_show_tells_parts_and_rows(mlops: Command, drops: Drops) -> None:
    """Of each table the parts in order, with their drop, and the rows that stand and that gave way."""
    told = mlops("datasets", "show", BANK, drops.newest.id, "--json").json
    (table,) = told["tables"]
    assert [(part["drop"], part["rows"]) for part in table["parts"]] == [("d1", 600), ("d2", 200)]
    assert told["rows"] == table["rows"] == 800 - table["replaced"]
    assert told["drops"] == ["d1", "d2"]


def test_a_person_sees_one_screen(mlops: Command, drops: Drops) -> None:
    """Rows, tables and files by name; no line is a profile."""
    told = mlops("datasets", "show", BANK, drops.newest.id).out
    assert f"{BANK} {drops.newest.id}" in told
    assert "in 2 parts" in told
    assert "d1, d2" in told
    assert len(told.splitlines()) < 20
    assert "histogram" not in told


def test_diff_names_what_was_added(mlops: Command, drops: Drops) -> None:
    """As a table and as JSON; the other way round it is what was removed."""
    first, second = (version.id for version in drops.ports.datasets.versions.list(BANK))
    (table,) = mlops("datasets", "diff", BANK, first, second, "--json").json
    assert [part["drop"] for part in table["added"]] == ["d2"]
    assert (table["removed"], table["rows"]) == ([], [600, drops.newest.rows])
    assert "d2 (200 rows)" in mlops("datasets", "diff", BANK, second, first).out
    assert "registered:" in mlops("datasets", "diff", BANK, first, "nothing").sentence


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_export_writes_what_a_model_learns_from(mlops: Command, drops: Drops, tmp_path: Path, ending: str) -> None:
    """Every row that stands, once; the ending says the form."""
    file = tmp_path / f"clients.{ending}"
    told = mlops("datasets", "export", BANK, drops.newest.id, file, "--json").json
    read = pq.read_table(file) if ending == "parquet" else csv.read_csv(file)
    assert (told["table"], told["rows"]) == ("clients", drops.newest.rows)
    assert read["age"].to_pylist() == drops.rows()["clients"]["age"].to_pylist()


def test_export_refuses_other_forms(mlops: Command, drops: Drops, tmp_path: Path) -> None:
    """The sentence says which there are."""
    refused = mlops("datasets", "export", BANK, drops.newest.id, tmp_path / "clients.xlsx")
    assert "accepted: a file that ends in .csv or .parquet" in refused.sentence


def test_export_replaces_a_file_only_when_it_is_told_to(mlops: Command, drops: Drops, tmp_path: Path) -> None:
    """Else a file of that name is left alone; a replaced one is told of."""
    file = tmp_path / "clients.csv"
    file.write_text("mine")
    line = ("datasets", "export", BANK, drops.newest.id, file)
    refused = mlops(*line)
    sentence = f"There is a file {file} already; accepted: FILE with another name, or --replace."
    assert (refused.code, refused.sentence, file.read_text()) == (2, sentence, "mine")
    told = mlops(*line, "--replace").out
    assert told.endswith(f" rows of table 'clients' written to {file}, in place of the file that was there.\n")
    assert mlops(*line, "--replace", "--json").json["replaced"]
    assert csv.read_csv(file).num_rows == drops.newest.rows


def test_export_names_the_place_that_takes_no_file(mlops: Command, drops: Drops, tmp_path: Path) -> None:
    """A folder, no folder, and a full disk; what is in brackets is part of a name."""
    (tmp_path / "folder.csv").mkdir()
    full = tmp_path / "full.csv"
    full.symlink_to("/dev/full")
    folder, below = tmp_path / "folder.csv", tmp_path / "no" / "a.csv"
    named = {
        folder: (2, f"{folder} is a folder; accepted: FILE with the name of a file."),
        below: (2, f"There is no folder {below.parent}; accepted: FILE with a folder that is there."),
        full: (4, f"{full} cannot be used: No space left on device."),
    }
    for file, (code, sentence) in named.items():
        answer = mlops("datasets", "export", BANK, drops.newest.id, file, "--replace")
        assert (answer.code, answer.sentence) == (code, sentence)
    for ending in ("csv", "parquet"):
        file = tmp_path / f"[bold]a.{ending}"
        assert str(file) in mlops("datasets", "export", BANK, drops.newest.id, file).out
