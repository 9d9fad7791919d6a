"""docs/testing.md: its commands, run in their order on one home, say what the page shows."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from command import COMMAND, REPOSITORY, Command

pytestmark = pytest.mark.slow
PAGE = REPOSITORY / "docs" / "testing.md"
OFFERED = "kusto:http://127.0.0.1:7082/telemetry"


def steps() -> Iterator[tuple[str, list[str]]]:
    """Each line that is typed, and the lines that are shown below it."""
    for block in re.findall(r"^```console\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL):
        for part in block.removeprefix("$ ").split("\n$ "):
            typed, *shown = part.strip().split("\n")
            yield typed, shown


def said(shown: str, text: str) -> bool:
    """Whether the text has the line, where `…` stands for anything."""
    pattern = r".*?".join(re.escape(part) for part in " ".join(shown.split()).split("…"))
    return re.search(pattern, " ".join(text.split())) is not None


def served(mlops: Command, settings: dict[str, str], cleanup: ExitStack) -> str:
    """The setting of a stand-in that answers on a free port until the end of the test."""
    line = [*COMMAND, "telemetry", "serve", "--port", "0", "--json"]
    process = subprocess.Popen(line, env=mlops.environ(**settings), cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    cleanup.enter_context(process)
    cleanup.callback(process.terminate)
    assert process.stdout is not None
    facts = json.loads(process.stdout.readline())
    assert facts["tables"] == ["opcua_raw"]
    return str(facts["settings"]["TELEMETRY_URL"])


def test_every_command_says_what_the_page_shows(tmp_path: Path) -> None:
    """An approval expires, messages of a stream become predictions, events of both schemas arrive."""
    mlops, settings, offered, ran = Command(tmp_path / "home"), {}, OFFERED, 0
    with ExitStack() as cleanup:
        for typed, shown in steps():
            words = shlex.split(typed.replace("build/testing", str(tmp_path)).replace(OFFERED, offered))
            if words[0] == "export":
                settings |= dict(word.split("=", 1) for word in words[1:])
                settings.pop("MLOPS_HOME", None)
            elif typed.endswith("&"):
                offered = served(mlops, settings, cleanup)
            else:
                assert words[0] == "mlops"
                answer = mlops(*words[1:], **settings)
                assert answer.code == 0, (typed, answer.err)
                ran += 1
                for line in shown:
                    assert said(line, answer.out), (typed, line, answer.out)
    assert ran == 15


def test_the_page_has_three_examples() -> None:
    """Time, telemetry, events."""
    assert len(re.findall(r"^## ", PAGE.read_text(), re.MULTILINE)) == 3
