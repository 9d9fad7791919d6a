"""Packages are installed with progress, and every file of requirements asks for the same releases."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from local.tools.install import CLEAR, command, told

ROOT = Path(__file__).resolve().parents[3]
PIP = [
    "Collecting numpy==2.5.5 (from -r a.txt)",
    "  Downloading numpy-2.5.5.whl (16 MB)",
    "Collecting six",
]


def test_uv_installs_where_it_is_there() -> None:
    """Into the Python that runs this; pip does the same without it."""
    assert command(["a.txt", "b.txt"], "/bin/uv") == [
        *("/bin/uv", "pip", "install", "--python", sys.executable, "-r", "a.txt", "-r", "b.txt")
    ]
    assert command(["a.txt"], None)[:4] == [sys.executable, "-m", "pip", "install"]


def test_progress_on_a_terminal_is_one_line() -> None:
    """It counts the packages, and is cleared at the end; nothing else of pip's is shown."""
    assert list(told(PIP, terminal=True)) == [
        f"{CLEAR}  1 packages: numpy==2.5.5",
        f"{CLEAR}  2 packages: six",
        CLEAR,
    ]


def test_progress_in_a_file_is_every_tenth_package() -> None:
    """A log of CI gets few lines."""
    lines = [f"Collecting package{number}" for number in range(25)]
    assert list(told(lines, terminal=False)) == ["  10 packages\n", "  20 packages\n"]


def test_a_failure_is_told_with_its_cause(tmp_path: Path) -> None:
    """The exit code is the installer's, and what it complained of is shown."""
    file = tmp_path / "requirements.txt"
    file.write_text("not a requirement !!\n")
    line = [sys.executable, "-m", "local.tools.install", str(file)]
    ended = subprocess.run(line, cwd=ROOT, env={"PATH": ""}, capture_output=True, text=True, check=False)
    assert ended.returncode
    assert "not a requirement" in ended.stderr
    assert "Installed" not in ended.stdout


def _pins(file: str) -> dict[str, str]:
    lines = (ROOT / file).read_text().splitlines()
    return dict(line.split("==") for line in lines if "==" in line and not line.startswith("#"))


@pytest.mark.parametrize("other", ["requirements-demo.txt", "requirements-dev.txt"])
def test_a_package_has_one_release(other: str) -> None:
    """What a laptop installs is what is deployed; no file names a package that a file it includes names."""
    deployed, found = _pins("requirements.txt"), _pins(other)
    shared = deployed.keys() & found.keys()
    assert {name: found[name] for name in shared} == {name: deployed[name] for name in shared}
    if other == "requirements-dev.txt":
        assert not found.keys() & (deployed.keys() | _pins("requirements-demo.txt").keys())
