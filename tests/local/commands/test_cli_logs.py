"""`mlops logs` of one operation: its records, a sentence when there are none, and records that come later."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command import COMMAND, REPOSITORY, Command

from shared.adapters.files.file_observer import FileObserver
from shared.core.log_record import step_record


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """The command on a home of which one record is kept."""
    home = tmp_path / "home"
    record(home, "first")
    return Command(home)


def record(home: Path, key: str) -> None:
    """One more record."""
    FileObserver(home / "logs", lambda: datetime(2026, 3, 1, tzinfo=UTC)).record(step_record("window", key, "done"))


def test_an_operation_without_records_is_unknown(command: Command) -> None:
    """One sentence and exit code 2; for programs as JSON. Of a known one the records, with nothing beside them."""
    answer = command("logs", "--operation", "zzz")
    assert (answer.code, answer.out) == (2, "")
    assert answer.sentence.startswith("No record has the operation 'zzz'; ")
    answer = command("logs", "--operation", "zzz", "--json")
    assert (answer.code, "'zzz'" in answer.json["error"]) == (2, True)
    known = command("logs", "--json", "--operation", step_record("window", "first", "done").operation)
    assert (known.code, known.err, known.json["key"]) == (0, "", "first")


def test_following_an_operation_waits_for_its_first_record(command: Command) -> None:
    """A notice says that there is no record yet; then the record appears."""
    line = [*COMMAND, "logs", "--follow", "--json", "--operation", step_record("window", "second", "done").operation]
    with subprocess.Popen(
        line, env=command.environ(), cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stderr.readline().rstrip().endswith("yet; waiting for one.")
        record(command.home, "second")
        assert json.loads(process.stdout.readline())["key"] == "second"
        process.terminate()
