"""Microsoft's compiler reads the templates without a finding."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from infra.bicep import FOLDER

BICEP = shutil.which("bicep")
pytestmark = pytest.mark.skipif(BICEP is None, reason="bicep is not on the path: the templates were not compiled")


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """What the compiler prints."""
    return subprocess.run([str(BICEP), *words], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", ["main", "events"])
def test_the_compiler_finds_nothing(name: str) -> None:
    """Neither an error nor a warning, in the file and in all it uses."""
    told = run("lint", str(FOLDER / f"{name}.bicep"))
    assert (told.returncode, told.stdout + told.stderr) == (0, "")
