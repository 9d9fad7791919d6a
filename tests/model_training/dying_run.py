"""A server that forks a worker for each line `[folder, step, share]` and answers how it ended: it dies there by SIGKILL.

It imports everything once and starts no thread, so that a fork is safe and takes milliseconds. Without a step the
worker lives. The answer is its exit code, negative for a signal.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from model_training.runner import Runner  # noqa: E402 -- the path is set first
from model_training.scenarios import SCENARIOS  # noqa: E402 -- the path is set first
from model_training.steps.work import Order  # noqa: E402 -- the path is set first
from shared.domain.scenario import Knobs  # noqa: E402 -- the path is set first

BANK = replace(SCENARIOS["bank_marketing"], candidates=("lightgbm", "logistic"))


def train(folder: Path, dies: str, share: float) -> None:
    """Train in the folder; SIGKILL when the step `dies` reports that `share` of it is done, or more."""
    begins = ends = 0.0

    def progress(text: str, done: float, *, phase: str, **_facts: Any) -> None:
        nonlocal begins, ends
        if phase != dies or "unchanged" in text:
            return
        begins = begins or done
        ends = max(ends, done)
        if share == 0 or ends > begins or text != dies.replace("_", " "):
            os.kill(os.getpid(), signal.SIGKILL)

    assert BANK.generate is not None
    tables = dict(BANK.generate(600, 1, Knobs()))
    Runner(Order(BANK, "demo", 1, {}), folder, progress).run(lambda: tables)


def live(folder: Path, dies: str, share: float) -> int:
    """How a forked child ends that trains."""
    child = os.fork()
    if child == 0:
        try:
            train(folder, dies, share)
        except BaseException:  # noqa: BLE001 -- the child must end here, whatever happened
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
