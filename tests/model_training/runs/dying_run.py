"""A server that forks a worker for each line `[folder, step, report]` and answers with its exit code.

The worker dies by SIGKILL at that report of the step: the first when it begins, a later one when it has worked. The
server imports everything once and computes nothing, so that a fork takes milliseconds.
"""

from __future__ import annotations

import json
import os
import pkgutil
import signal
import sys
import traceback
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[3]))

import model_training
from model_training.runs.runner import Runner
from model_training.scenarios import SCENARIOS
from model_training.steps.context import RunSpec
from shared.core.scenario import GeneratorOptions

BANK = replace(SCENARIOS["bank_marketing"], candidates=("lightgbm", "logistic"))


def train(folder: Path, dies: str, report: int) -> None:
    """Train in the folder; what was made before is reused."""
    heard = 0

    def progress(text: str, _done: float, *, phase: str, **_facts: Any) -> None:
        nonlocal heard
        if phase == dies and "unchanged" not in text:
            heard += 1
            if heard == report:
                os.kill(os.getpid(), signal.SIGKILL)

    assert BANK.generate is not None
    tables = dict(BANK.generate(600, 1, GeneratorOptions()))
    Runner(RunSpec(BANK, "demo", 1, {}), folder, progress).run(lambda: tables)


def live(folder: Path, dies: str, report: int) -> int:
    """How a forked child ends that trains."""
    child = os.fork()
    if child == 0:
        try:
            train(folder, dies, report)
        except BaseException:  # noqa: BLE001 -- the child must end here, whatever happened
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def serve() -> None:
    """Answer until the input ends."""
    for name in ("lightgbm", "onnxmltools", "pandas", "scipy.stats", "skl2onnx", "sklearn.ensemble"):
        import_module(name)
    for found in pkgutil.walk_packages(model_training.__path__, "model_training."):
        if ".azureml" not in found.name:
            import_module(found.name)
    for line in sys.stdin:
        folder, dies, report = json.loads(line)
        print(live(Path(folder), dies, report), flush=True)  # noqa: T201 -- the answer


if __name__ == "__main__":
    serve()
