"""What a command prints of strangers' texts, and what the host logs of them."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from world import POINTS, World, points_csv

from local.cli import EXIT_USAGE, _ending
from local.commands import inspect
from local.commands.up import log_to_terminal
from local.console import output
from shared.core.ledger import Entry
from shared.release.rollback.execution import roll_back

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = "\x1b]0;title\x07\x1b[2J[bold]x[/bold]\x9b31m\nnext"


def test_data_moves_no_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a line, in a table and in JSON; markup in a cell is text."""
    told = io.StringIO()
    console = output.SafeConsole(file=told, force_terminal=True, color_system=None, width=200)
    monkeypatch.setattr(output, "out", console)
    output.as_table("Things", ("name",), [[HOSTILE]])
    console.print(f"{HOSTILE} :bug:")
    output.as_json({"name": HOSTILE})
    assert told.getvalue().count("[bold]x[/bold]") == 3
    assert ":bug:" in told.getvalue()
    assert not {"\x1b", "\x07", "\x9b"} & set(told.getvalue())


def shown(monkeypatch: pytest.MonkeyPatch, width: int, rows: list[list[object]]) -> str:
    """What a terminal of that width shows of a table."""
    told = io.StringIO()
    monkeypatch.setattr(output, "out", output.SafeConsole(file=told, color_system=None, width=width))
    output.as_table("Models", ("model", "state", "note", "run"), rows)
    return told.getvalue()


ROWS: list[list[object]] = [
    ["a_long_scenario_name:1", "accepted", None, "run-20260301T120000Z-0123456789abcdef"],
    ["b:2", "", "", "r"],
]


def test_a_terminal_that_is_narrow_gets_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """No name and no id is cut off; what is empty has no line."""
    assert shown(monkeypatch, 60, ROWS).splitlines() == [
        "Models",
        "a_long_scenario_name:1",
        "  state  accepted",
        "  run    run-20260301T120000Z-0123456789abcdef",
        "b:2",
        "  run    r",
    ]


@pytest.mark.parametrize("width", [80, 200])
def test_a_column_without_a_value_is_left_out(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    """Of a table that fits; all that is there stands whole."""
    table = shown(monkeypatch, width, ROWS)
    assert "note" not in table
    assert "run-20260301T120000Z-0123456789abcdef" in table
    assert max(map(len, table.splitlines())) <= width
    assert "…" not in table


def bank(home: Path, *weights: float) -> World:
    """A home in which a version of each weight was put into service."""
    world = World(home, scenarios={"bank_marketing": replace(POINTS, name="bank_marketing")})
    for weight in weights:
        world.trainer.weight = weight
        file = f"incoming/bank_marketing/d{weight:g}/points.csv"
        world.handle(world.land(file, points_csv(seed=int(weight), first=int(weight) * 1000)))
        world.sweep()
    return world


def rolled_back(home: Path, answers: bytes) -> tuple[int, str]:
    """How `mlops rollback` ends on a terminal on which that is typed, and what it says."""
    ours, theirs = os.openpty()
    line = [sys.executable, "-m", "local.cli", "rollback", "bank_marketing"]
    environ = {**os.environ, "MLOPS_HOME": str(home)}
    with subprocess.Popen(
        line, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environ, cwd=ROOT
    ) as process:
        os.write(ours, answers)
        told = process.communicate()[0].decode()
    os.close(ours)
    os.close(theirs)
    return process.returncode, told


def test_a_rollback_asks_on_a_terminal(tmp_path: Path) -> None:
    """For a reason, and for a yes: with a no nothing is touched."""
    world = bank(tmp_path / "home", 3.0, 4.0)
    before = world.ports.release.deployments.current("bank_marketing")
    assert before is not None
    assert before.generation == 2
    code, told = rolled_back(tmp_path / "home", b"worse answers\nn\n")
    assert code == 3
    assert world.ports.release.deployments.current("bank_marketing") == before
    world.close()
    assert "nothing was changed: it was not confirmed." in told
    assert "Why is bank_marketing rolled back" in told
    assert "Take bank_marketing from version 2 (generation 2) back to version 1?" in told


def test_a_rollback_tells_that_what_serves_is_one_itself(tmp_path: Path) -> None:
    """Before the yes on a terminal, after the deed without one."""
    world = bank(tmp_path / "home", 2.0, 3.0, 4.0)
    roll_back(world.ports, "bank_marketing", by="ada", reason="complaints")
    said = f"Generation 4 was itself a rollback from version 3 at {world.clock():%Y-%m-%d %H:%M} UTC."
    code, told = rolled_back(tmp_path / "home", b"worse answers\nn\n")
    assert (code, f"{said} Take bank_marketing from version 2 (generation 4) back to version 1? [y/N]" in told) == (
        3,
        True,
    )
    line = [sys.executable, "-m", "local.cli", "rollback", "bank_marketing"]
    environ = {**os.environ, "MLOPS_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        line, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environ, cwd=ROOT, check=True
    )
    assert done.stdout == f"bank_marketing: generation 5 serves bank_marketing:1.\n{said}\n"
    world.close()


def test_a_log_line_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever a path or a name holds."""
    logger = logging.getLogger("mlops")
    before, level = list(logger.handlers), logger.level
    log_to_terminal()
    try:
        logging.getLogger("mlops.host").info("GET /%s: 404", HOSTILE)
    finally:
        logger.handlers[:] = before
        logger.setLevel(level)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("\\x9b31m\\nnext: 404")
    assert "\x1b" not in line


def test_a_package_that_is_left_out_is_named() -> None:
    """A laptop with only what a demo needs, and a setting that asks for more: one sentence, no trace."""
    missing = ModuleNotFoundError("No module named 'psycopg'", name="psycopg")
    assert _ending(missing) == (EXIT_USAGE, "the package psycopg is not installed; make setup installs all of them.")


@pytest.mark.parametrize(
    ("repeats", "told"),
    [
        (0, "Done."),
        (1, "Done. (1 later copy was dismissed as a duplicate)"),
        (2, "Done. (2 later copies were dismissed as duplicates)"),
    ],
)
def test_later_copies_are_told_in_whole_sentences(repeats: int, told: str) -> None:
    """One is a duplicate, several are duplicates."""
    entry = Entry("blob", "k", "done", "Done.", datetime(2026, 1, 1, tzinfo=UTC), attempts=1, repeats=repeats)
    assert inspect._reason(entry) == told


def test_a_home_that_a_command_makes_by_the_way_is_told_of(tmp_path: Path) -> None:
    """In another folder nothing is known: that the empty answer is of a new home is said once, beside the answer."""
    environ = {name: value for name, value in os.environ.items() if name != "MLOPS_HOME"} | {"PYTHONPATH": str(ROOT)}
    line = [sys.executable, "-m", "local.cli", "status", "--json"]
    first, second = (
        subprocess.run(line, check=True, capture_output=True, text=True, env=environ, cwd=tmp_path) for _ in range(2)
    )
    told = f"{tmp_path}/.local is a new home, in which nothing has happened; MLOPS_HOME names another folder.\n"
    assert first.stderr == told
    assert (json.loads(first.stdout), second.stderr) == (json.loads(second.stdout), "")
