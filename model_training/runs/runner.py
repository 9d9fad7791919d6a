"""The steps of a run in order, independent steps in parallel unless rows are many; unchanged steps are reused."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model_training.runtime.memory import trim
from model_training.steps import (
    define_dataset,
    evaluate,
    explore,
    prepare,
    profile,
    refit,
    register,
    train,
    tune,
    validate,
)
from model_training.steps.context import RunSpec, StepContext
from model_training.steps.define_dataset import write_baseline, write_tables
from model_training.steps.manifest import code_version
from model_training.steps.register import Package
from model_training.steps.step_cache import marked_complete, read_marker, step_key

if TYPE_CHECKING:
    import numpy as np

# Receives what happens, the share of the whole run that is done, and facts that a display may show.
Progress = Callable[..., None]
STEPS: tuple[Any, ...] = (validate, prepare, explore, profile, tune, train, evaluate, refit, register)
# Where in the run each step begins, and its share of the run.
_SHARES = {
    "define_dataset": (0.0, 0.03),
    "validate": (0.03, 0.02),
    "prepare": (0.05, 0.05),
    "explore": (0.1, 0.3),
    "profile": (0.1, 0.0),
    "tune": (0.4, 0.25),
    "train": (0.65, 0.17),
    "evaluate": (0.82, 0.1),
    "refit": (0.82, 0.0),
    "register": (0.92, 0.04),
}
NAMES = tuple(_SHARES)
# Bytes of files; in memory rows take a few times that.
_LARGE = 32 << 20


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs the steps of one specification in one folder; each step has a folder below it.

    Where the prepared rows have more than `large` bytes, only one step at a time has them in memory.
    """

    spec: RunSpec
    folder: Path
    progress: Progress
    code: str = field(default_factory=code_version)
    large: int = _LARGE

    def run(
        self,
        tables: Callable[[], Mapping[str, Any]],
        learn_only: Callable[[], np.ndarray] | None = None,
        baseline: Callable[[], bytes] = bytes,
    ) -> Package:
        """Run the steps and return the package of the last one.

        `tables`, `learn_only` (those whose rows only learn) and `baseline` are called only when the folder lacks them.
        """

        def define(context: StepContext) -> None:
            learners = {} if learn_only is None else {"learn_only": learn_only()}
            write_tables(tables(), context.spec, context.out, **learners)
            write_baseline(baseline(), context.out)

        self.folder.mkdir(parents=True, exist_ok=True)
        name = define_dataset.NAME
        keys = {name: step_key(name, self.code, self.spec, {})}
        self._run_step(name, keys[name], {}, define)
        waiting = list(STEPS)
        while waiting:
            ready = [step for step in waiting if keys.keys() >= set(step.NEEDS)]
            waiting = [step for step in waiting if step not in ready]
            for together in [[step] for step in ready] if self._is_large() else [ready]:
                keys |= self._run_parallel(together, keys)
        return register.load(self.folder / register.NAME)

    def _is_large(self) -> bool:
        return sum(file.stat().st_size for file in (self.folder / prepare.NAME).glob("*")) > self.large

    def _run_parallel(self, steps: list[Any], keys: Mapping[str, str]) -> dict[str, str]:
        """Run the steps and return their keys."""
        step_keys = {}
        with ThreadPoolExecutor(len(steps)) as pool:
            running = []
            for step in steps:
                key = step_key(step.NAME, self.code, self.spec, {need: keys[need] for need in step.NEEDS})
                step_keys[step.NAME] = key
                inputs = {need: self.folder / need for need in step.NEEDS}
                running.append(pool.submit(self._run_step, step.NAME, key, inputs, step.run_step))
            for future in running:
                future.result()
        return step_keys

    def _run_step(self, step: str, key: str, inputs: Mapping[str, Path], run: Callable[[StepContext], None]) -> None:
        """Run the step, unless its folder is complete under this key."""
        folder, begins, share = self.folder / step, *_SHARES[step]
        marker = read_marker(folder)
        if marker is not None and marker.key == key:
            self.progress(f"{step}: unchanged, reused", begins + share, phase=step)
            return
        partial = self.folder / f".{step}"
        for outdated in (partial, folder):
            shutil.rmtree(outdated, ignore_errors=True)
        partial.mkdir()

        def report(text: str, done: float = 0.0, **facts: Any) -> None:
            self.progress(text, round(begins + share * done, 3), phase=step, **facts)

        report(step.replace("_", " "))
        with marked_complete(step, key, self.spec, partial):
            run(StepContext(self.spec, inputs, partial, report))
        trim()
        partial.rename(folder)
