"""A command's lines become one picture that moves as they came."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from local.tools.terminal_picture import COLUMNS, Line, main, picture, run, shortened

SVG = "{http://www.w3.org/2000/svg}"


def test_lines_stand_as_they_were_printed() -> None:
    """Signs have a colour, markup is text, a line that is too wide ends with an ellipsis."""
    drawn = ET.fromstring(picture("mlops demo", [Line(1, " 08:00 ✓ drop <b> & more"), Line(4, "x" * 200)]))  # noqa: S314
    texts = ["".join(text.itertext()) for text in drawn.iter(f"{SVG}text")]
    assert texts == ["$ mlops demo", " 08:00 ✓ drop <b> & more", shortened("x" * 200)]
    assert len(texts[2]) == COLUMNS
    assert [span.get("fill") for span in drawn.iter(f"{SVG}tspan")] == ["#7ee787"]


def test_the_picture_keeps_the_pace_of_the_command() -> None:
    """Half of the time is half of the way; it loads nothing and runs no script."""
    svg = picture("mlops demo", [Line(2, "a"), Line(4, "b")])
    assert "0.00% {" in svg
    assert "40.62% {" in svg
    assert "81.25% {" in svg
    assert "<script" not in svg
    assert svg.count("http") == 1


def test_a_command_that_fails_draws_nothing(tmp_path: Path) -> None:
    """Its last words are told."""
    with pytest.raises(RuntimeError, match="ended with 3: no lake"):
        main(tmp_path / "x.svg", [sys.executable, "-c", "import sys; print('no lake', file=sys.stderr); sys.exit(3)"])
    assert not list(tmp_path.iterdir())


def test_the_lines_of_a_real_command() -> None:
    """In their order, with times that only grow."""
    lines = run([sys.executable, "-c", "import sys; print('a\\nb', file=sys.stderr)"])
    assert [line.text for line in lines] == ["a", "b"]
    assert lines[0].at <= lines[1].at
