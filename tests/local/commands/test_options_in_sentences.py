"""The sentences of the code name only verbs and options that there are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import REPOSITORY
from test_documentation import VERBS
from typer.main import get_command

from local.cli import VERBS as FUNCTIONS
from local.cli import build

_COMMAND = re.compile(r"\bmlops ([a-z][^`;()#]*)")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
OF_GROUPS = {
    name: {option for one in group.params for option in one.opts}
    for name, group in get_command(build()).commands.items()  # type: ignore[attr-defined]
    if hasattr(group, "commands")
}
FOLDERS = ("local", "shared", "functions", "model_training")


def sentences(path: Path) -> Iterator[str]:
    """Every text of a module, an `X` for each value in it; docstrings too."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    joined = [node.values for node in nodes if isinstance(node, ast.JoinedStr)]
    for values in joined:
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in values)
    inside = {id(part) for values in joined for part in values}
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.value


def verb_of(command: str) -> tuple[str, ...] | None:
    """The verb with which the command begins."""
    words = tuple(command.split()[:2])
    return next((path for path in (words, words[:1]) if path in VERBS), None)


def test_commands_that_sentences_name_can_be_typed() -> None:
    """`mlops VERB … --option`: the verb has the option."""
    wrong, seen = [], 0
    for folder in FOLDERS:
        for path in (REPOSITORY / folder).rglob("*.py"):
            for command in (found[1] for text in sentences(path) for found in _COMMAND.finditer(text)):
                verb, options = verb_of(command), set(_OPTION.findall(command))
                if verb and options:
                    seen += 1
                    wrong += [(path.name, command, option) for option in options - VERBS[verb] - {"--help"}]
    assert seen > 10
    assert wrong == []


@pytest.mark.parametrize("module", sorted({function.__module__ for function in FUNCTIONS.values()}))
def test_options_that_a_verb_speaks_of_are_its_own(module: str) -> None:
    """Outside of a whole command: those of a verb of the same module."""
    own = {tuple(words.split()) for words, function in FUNCTIONS.items() if function.__module__ == module}
    allowed = set[str]().union(*(VERBS[path] for path in own), *(OF_GROUPS.get(path[0], ()) for path in own))
    path = REPOSITORY / f"{module.replace('.', '/')}.py"
    named = {option for text in sentences(path) for option in _OPTION.findall(_COMMAND.sub("", text))}
    assert named - allowed - {"--help"} == set()
