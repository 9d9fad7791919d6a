"""What a command prints of strangers' texts, and what the host logs of them."""

from __future__ import annotations

import io
import logging

import pytest

from local.commands.up import log_to_terminal
from local.console import output

HOSTILE = "\x1b]0;title\x07\x1b[2J[bold]x[/bold]\x9b31m\nnext"


def test_data_moves_no_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a line, in a table and in JSON; markup in a cell is text."""
    told = io.StringIO()
    console = output.SafeConsole(file=told, force_terminal=True, color_system=None, width=200)
    monkeypatch.setattr(output, "out", console)
    output.as_table("Things", ("name",), [[HOSTILE]])
    console.print(HOSTILE, markup=False)
    output.as_json({"name": HOSTILE})
    assert "[bold]x[/bold]" in told.getvalue()
    assert not {"\x1b", "\x07", "\x9b"} & set(told.getvalue())


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
