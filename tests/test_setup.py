"""What is installed is a clone; a wheel, whose command could not start, is refused in words."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_no_wheel_is_made(tmp_path: Path) -> None:
    """The sentence says what to do instead, and nothing is written."""
    line = [sys.executable, "setup.py", "--quiet", "bdist_wheel", "--dist-dir", str(tmp_path)]
    ended = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode
    assert ended.stderr.splitlines()[-1] == (
        "error: no wheel is made of this project; use its clone: make setup, or pip install --editable ."
    )
    assert not list(tmp_path.iterdir())
