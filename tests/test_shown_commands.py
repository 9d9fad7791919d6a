"""Every `mlops …` that a page, the dashboard or a message shows can be typed: verb, options and arguments are read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_command

from local.cli import build

ROOT = Path(__file__).resolve().parents[1]
COMMAND: Any = get_command(build())
USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]
_SHOWN = re.compile(r"(?P<quoted>[`/]|^)?(?:^|(?<=[\s`\"'/=]))mlops ((?:[a-z]|-)[^`\n]*)", re.MULTILINE)
# Where a command ends: a comment, another command, the rest of a sentence, the end of a string.
_ENDS = re.compile(
    r"\s+#|[;|&()]|\s+(?:and|or|then|in|of|is|as|to|shows?|prints?|predicts?|asks?|again)\b|,(?:\s|$)|[.:?](?:\s|$|[\"'])|[\"]$"
)
# What the reader puts in: a value, a placeholder, a quoted text.
_BLANKS = re.compile(r"\$\{[^}]*\}|\{[^}]*\}|<[^>]*>|…|\[[^\]-][^\]]*\]|\"[^\"\n]*(?:\"|$)|'[^'\n]*'")


def _texts() -> Iterator[tuple[str, str]]:
    for page in (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))):
        if page.name != "CHANGELOG.md":
            yield page.relative_to(ROOT).as_posix(), page.read_text()
    for script in sorted((ROOT / "functions" / "static").glob("dashboard*.*")):
        if script.suffix in {".js", ".html"}:
            yield script.name, script.read_text()
    for folder in ("functions", "shared", "local", "model_training", "mlops"):
        for module in sorted((ROOT / folder).rglob("*.py")):
            place, source = module.relative_to(ROOT).as_posix(), module.read_text()
            if "mlops " in source:
                yield from ((place, text) for text in _strings(source))


def _strings(source: str) -> Iterator[str]:
    """The texts of a module, with blanks where values are put in."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def shown() -> Iterator[tuple[str, str]]:
    """Each shown command line, with "1" for whatever the reader puts in."""
    for place, text in _texts():
        for found in _SHOWN.finditer(text):
            line = _ENDS.split(_BLANKS.sub("1", found[2]), maxsplit=1)[0]
            words = re.sub(r"[\[\]\"']", " ", line).strip()
            # In a sentence of a message `mlops` may be a noun; set as code it is a command.
            if found["quoted"] or words.partition(" ")[0] in COMMAND.commands:
                yield place, re.sub(r"(?<![\w-])[A-Z][A-Z0-9_:]*(?:\.[a-z]+)?(?![\w-])", "1", words)


def _command_of(words: list[str]) -> tuple[Any, list[str]]:
    command, rest = COMMAND, words
    while rest and rest[0] in getattr(command, "commands", {}):
        command, rest = command.commands[rest[0]], rest[1:]
    return command, rest


def problem_of(line: str) -> str:
    """Why the line cannot be typed; empty when it can. A verb alone, or with an option's name, is only spoken of."""
    command, rest = _command_of(line.split())
    if "--help" in rest or all(word.startswith("--") for word in rest):
        return ""
    if hasattr(command, "commands"):
        return f"there is no {rest[0]!r}" if rest[0].isalpha() and rest[0] != "1" else ""
    try:
        command.make_context("mlops", list(rest))
    except USAGE_ERROR as fault:
        return str(fault)
    return ""


@cache
def cases() -> list[tuple[str, str]]:
    """Each place with each line, once; read when a test asks, not when tests are collected."""
    return sorted(set(shown()))


def test_many_commands_are_shown() -> None:
    """The search finds what it looks for."""
    assert len(cases()) > 150
    assert {place.partition("/")[0] for place, _ in cases()} >= {
        "README.md",
        "docs",
        "local",
        "shared",
        "dashboard-overview.js",
    }


def test_every_shown_command_can_be_typed() -> None:
    """Known verb, known options, every argument and option that the verb needs."""
    assert [(place, line, problem) for place, line in cases() if (problem := problem_of(line))] == []


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("train 1 --wait", "--wait"),
        ("baseline accept 1 1", "reason"),
        ("datasets shwo 1", "shwo"),
        ("drop", ""),
        ("history --limit many", "integer"),
    ],
)
def test_what_cannot_be_typed_is_found(line: str, named: str) -> None:
    """Two that the dashboard once showed, a verb that is not there, a value that is no number; a verb alone is fine."""
    assert named in problem_of(line)
    assert bool(problem_of(line)) == bool(named)
