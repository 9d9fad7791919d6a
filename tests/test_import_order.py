"""Imports are sorted by names that pyproject.toml lists, whatever folders somebody makes beside them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_MODULE = '''"""A test."""

import pytest
from command import Command
from samples import Samples

from shared.core.errors import BadInput

__all__ = ["BadInput", "Command", "Samples", "pytest"]
'''


def test_a_folder_of_generated_files_changes_no_finding(tmp_path: Path) -> None:
    """`mlops generate --out samples` makes one with the name of a module of the tests."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for folder in ("shared", "samples", "tests"):
        (tmp_path / folder).mkdir()
    (tmp_path / "tests" / "test_it.py").write_text(_MODULE)
    line = [sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "I", "."]
    found = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout
