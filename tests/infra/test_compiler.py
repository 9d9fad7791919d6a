"""Microsoft's compiler reads the templates without a finding."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from infra.bicep import FOLDER, files
from infra.snapshot import BRIEFLY

BICEP = shutil.which("bicep")
pytestmark = pytest.mark.skipif(BICEP is None, reason="bicep is not on the path: the templates were not compiled")


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """What the compiler prints."""
    line, environ = [str(BICEP), *words], os.environ | BRIEFLY
    return subprocess.run(line, capture_output=True, text=True, check=False, env=environ)


@pytest.mark.parametrize("name", ["main", "events"])
def test_the_compiler_finds_nothing(name: str) -> None:
    """Neither an error nor a warning, in the file and in all it uses."""
    told = run("lint", str(FOLDER / f"{name}.bicep"))
    assert (told.returncode, told.stdout + told.stderr) == (0, "")


def test_the_files_are_formatted(tmp_path: Path) -> None:
    """As `bicep format` writes them."""
    copy = Path(shutil.copytree(FOLDER, tmp_path / "infra"))
    assert run("format", "--pattern", f"{copy}/**/*.bicep").returncode == 0
    wrong = [path.name for path in files() if (copy / path.relative_to(FOLDER)).read_text() != path.read_text()]
    assert wrong == []


def test_each_rule_is_an_error() -> None:
    """Of the linter, those that are on; previews are refused where a stable version exists."""
    rules = json.loads((FOLDER / "bicepconfig.json").read_text())["analyzers"]["core"]["rules"]
    assert {one["level"] for one in rules.values()} == {"error"}
    assert "use-recent-api-versions" in rules
