"""`mlops train --resume` as a person runs it after everything was killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
from command import COMMAND, REPOSITORY, Command, until

from model_training.scenarios import SCENARIOS
from model_training.steps.step_cache import read_marker
from shared.adapters.tables import ArrowTables
from shared.core.scenario import GeneratorOptions

pytestmark = pytest.mark.slow
BANK = SCENARIOS["bank_marketing"]


def _killed_in_the_middle(mlops: Command, file: Path) -> Path:
    """`mlops drop`, killed with its worker as soon as the candidates were explored; the run's folder."""
    line = [*COMMAND, "drop", BANK.name, str(file), "--wait", "--json"]
    with subprocess.Popen(line, env=mlops.environ(), cwd=REPOSITORY, stdout=subprocess.PIPE) as process:
        seal = until(lambda: next(iter(mlops.home.glob("runs/*/explore/_STEP.json")), None), "explored")
        process.kill()
        worker = json.loads((seal.parents[1] / "attempt-1.json").read_text())["pid"]
        os.kill(worker, signal.SIGKILL)
    return seal.parents[1]


def test_a_killed_training_is_resumed(tmp_path: Path) -> None:
    """It is the same run as its second attempt: what was explored is reused, and a model is deployed."""
    mlops = Command(tmp_path / "home")
    assert BANK.generate is not None
    file = tmp_path / "clients.parquet"
    file.write_bytes(ArrowTables().write(BANK.generate(6_000, 1, GeneratorOptions())["clients"]))
    folder = _killed_in_the_middle(mlops, file)
    assert read_marker(folder / "register") is None
    resumed = mlops("train", BANK.name, "--resume", "--json")
    assert (resumed.code, resumed.json["outcome"]) == (0, "deployed")
    assert mlops.sql("select id, state, attempts from run") == [(folder.name, "completed", 2)]
    assert "explore: unchanged, reused" in (folder / "log.txt").read_text()
