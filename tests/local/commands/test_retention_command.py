"""`mlops retention` and `mlops forget`, as a person types them."""

from __future__ import annotations

from pathlib import Path

from command import Command


def test_retention_shows_and_removes(tmp_path: Path) -> None:
    """A scenario that is not there is named; a dry run and a run say what went, here nothing."""
    command = Command(tmp_path / "home", TRAINER_URL="none:")
    assert command("retention", "nothing").code == 2
    dry = command("retention", "--dry-run")
    assert (dry.code, "bank_marketing: nothing would be removed." in dry.out) == (0, True)
    (told,) = command("retention", "bank_marketing", "--json").json
    assert (told["scenario"], told["files"], told["rows"]) == ("bank_marketing", {}, {})


def test_two_people_erase_and_the_receipt_names_nobody(tmp_path: Path) -> None:
    """The key of receipts is made once and readable by its owner only."""
    command = Command(tmp_path / "home", TRAINER_URL="none:")
    person = ("forget", "bank_marketing", "--entity", "client_id=471147")
    assert command("forget", "bank_marketing", "--entity", "471147", "--by", "ada").code == 2
    assert "No row of bank_marketing has client_id = 471147." in command(*person, "--dry-run").out
    assert (command(*person, "--by", "ada").code, command(*person, "--approve", "--by", "grace").code) == (2, 3)
    asked = command(*person, "--by", "ada", "--reason", "ticket 12", "--json")
    assert (asked.code, asked.json["approved_by"], asked.json["finished_at"]) == (0, "", None)
    assert command(*person, "--approve", "--by", "ada").code == 3
    done = command(*person, "--approve", "--by", "grace", "--json")
    assert (done.code, done.json["id"], done.json["approved_by"]) == (0, asked.json["id"], "grace")
    assert done.json["finished_at"]
    assert (tmp_path / "home" / "erasure.key").stat().st_mode & 0o077 == 0
    (tmp_path / "home" / "erasure.key").write_text("half")
    half = command(*person, "--by", "ada", "--reason", "ticket 13").sentence
    assert half.endswith("erasure.key is not whole; accepted: a text of at least 32 characters.")
    files = [file for file in (tmp_path / "home").rglob("*") if file.is_file()]
    assert not any(b"471147" in file.read_bytes() for file in files)
    assert "Erased on request of ada" in command("history", "--why", "erasure").out.replace("\n", " ")


def test_an_erasure_that_found_no_row_says_so(tmp_path: Path) -> None:
    """A mistyped key erases nobody: "done" alone would sound as if somebody was."""
    command = Command(tmp_path / "home", TRAINER_URL="none:", APPROVE_OWN="true")
    person = ("forget", "bank_marketing", "--entity", "client=471147", "--by", "ada")
    assert command(*person, "--reason", "ticket 12").code == 0
    done = command(*person, "--approve")
    assert (done.code, "No row of bank_marketing has client = 471147." in done.out) == (0, True)
