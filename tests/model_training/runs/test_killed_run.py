"""The process of a run is killed at every step, twice: started again it makes the model of a run in one go."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from model_training.runs.runner import NAMES
from model_training.steps import register
from model_training.steps.step_cache import read_marker

SERVER = Path(__file__).with_name("dying_run.py")


class Lives:
    """Workers in processes of their own, one after the other."""

    def __init__(self) -> None:
        # One thread each: a process that has started threads must not fork.
        environ = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        # Arrow starts one when it is imported, which no child needs.
        line = [sys.executable, "-W", "ignore::DeprecationWarning", str(SERVER)]
        self.process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ)

    def live(self, folder: Path, dies: str = "", report: int = 0) -> int:
        """The exit code of a worker that trains in the folder, negative for the signal it died of."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([str(folder), dies, report]) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@pytest.fixture(scope="module")
def lives() -> Iterator[Lives]:
    """The server of this module."""
    made = Lives()
    yield made
    made.process.communicate()


def _hash(folder: Path) -> str:
    return hashlib.sha256(register.load(folder / register.NAME).onnx).hexdigest()


def test_a_run_killed_at_every_step_makes_the_same_model(lives: Lives, tmp_path: Path) -> None:
    """SIGKILL at the start of a step, and after its work but before its marker: the hash stays the same."""
    assert lives.live(tmp_path / "whole") == 0
    killed = tmp_path / "killed"
    for step, report in itertools.product(NAMES, (1, 2)):
        # Tables are defined without a second word, and the profile is whole when the exploration beside it was.
        if (step, report) == ("define_dataset", 2) or (step == "profile" and read_marker(killed / step)):
            continue
        assert lives.live(killed, step, report) == -signal.SIGKILL, (step, report)
        assert read_marker(killed / step) is None
    assert lives.live(killed) == 0
    assert _hash(killed) == _hash(tmp_path / "whole")
