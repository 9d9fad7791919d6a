"""Progress and log of a worker, as the dashboard reads them while it works."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from model_training.run import Progress
from shared.adapters.run_output import FolderRunOutput, NoRunOutput
from shared.training.run import Run, RunProgress


def test_what_the_worker_writes_is_read(tmp_path: Path) -> None:
    """Facts that a step does not tell are None."""
    write = Progress(tmp_path / "runs" / "r-1" / "progress.json")
    output = FolderRunOutput(tmp_path)
    assert output.progress("r-1") is None
    write("tuning trees", 0.5, phase="tune", candidate=2, of=9, best=None, seconds_left=3.5)
    assert output.progress("r-1") == RunProgress("tuning trees", 0.5, 2, 9, None, 3.5)
    write("Registered as x:1.", 1.0)
    assert output.progress("r-1") == RunProgress("Registered as x:1.", 1.0)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"step": 1, "done": 0}', '{"step": "x", "done": true}'])
def test_a_file_that_says_nothing_is_no_progress(tmp_path: Path, content: str) -> None:
    """Torn or foreign files are no error of the page."""
    folder = tmp_path / "runs" / "r"
    folder.mkdir(parents=True)
    (folder / "progress.json").write_text(content)
    assert FolderRunOutput(tmp_path).progress("r") is None


def test_the_end_of_a_log_is_whole_lines(tmp_path: Path) -> None:
    """As many as asked for; of a log that is longer than what is read no line is cut; none without a log."""
    output = FolderRunOutput(tmp_path)
    assert output.log("r", 5) == ()
    folder = tmp_path / "runs" / "r"
    folder.mkdir(parents=True)
    (folder / "log.txt").write_bytes(b"first\nlast \xff\n")
    assert list(output.log("r", 5)) == ["first", "last \N{REPLACEMENT CHARACTER}"]
    (folder / "log.txt").write_text("".join(f"{number:09d}\n" for number in range(10_000)))
    assert list(output.log("r", 2)) == ["000009998", "000009999"]
    assert {len(line) for line in output.log("r", 10_000)} == {9}


def test_a_name_that_could_be_a_path_is_no_run(tmp_path: Path) -> None:
    """Nothing outside the folder of runs is read."""
    (tmp_path / "runs").mkdir()
    (tmp_path / "log.txt").write_text("secret")
    assert list(FolderRunOutput(tmp_path).log("..", 5)) == []


def test_elsewhere_the_place_is_named() -> None:
    """Workers of a service tell nothing here."""
    output = NoRunOutput("Azure ML studio")
    at = datetime(2026, 1, 1, tzinfo=UTC)
    run = Run("r", "points", "d1", "points/d1/1", "running", 2, "", at, at)
    assert (output.progress("r"), output.log("r", 5)) == (None, ())
    assert (output.place(run), NoRunOutput("").place(run)) == ("job r-2 in Azure ML studio", "")
