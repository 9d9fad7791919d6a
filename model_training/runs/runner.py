"""The steps of a run in their order, those that do not need each other side by side; what is unchanged is reused."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from model_training.steps import define_dataset, evaluate, explore, prepare, profile, register, train, tune, validate
from model_training.steps.context import Order, Work
from model_training.steps.define_dataset import define
from model_training.steps.manifest import code_version
from model_training.steps.register import Package
from model_training.steps.step_cache import seal_of, sealed, step_key

# (what happens, share of the whole run that is done, facts that a display may show)
Progress = Callable[..., None]
STEPS: tuple[Any, ...] = (validate, prepare, explore, profile, tune, train, evaluate, register)
# Where in the run each step begins, and how much of the run it is.
_SHARES = {
    "define_dataset": (0.0, 0.03),
    "validate": (0.03, 0.02),
    "prepare": (0.05, 0.05),
    "explore": (0.1, 0.3),
    "profile": (0.1, 0.0),
    "tune": (0.4, 0.25),
    "train": (0.65, 0.17),
    "evaluate": (0.82, 0.1),
    "register": (0.92, 0.04),
}
NAMES = tuple(_SHARES)


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs the steps of one order in one folder, one folder for each step below it."""

    order: Order
    folder: Path
    progress: Progress
    code: str = field(default_factory=code_version)

    def run(self, tables: Callable[[], Mapping[str, Any]]) -> Package:
        """What the last step packed. `tables` is only asked when they are not in the folder already."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = define_dataset.NAME
        keys = {name: step_key(name, self.code, self.order, {})}
        self._do(name, keys[name], {}, lambda job: define(tables(), job.order, job.out))
        waiting = list(STEPS)
        while waiting:
            ready = [step for step in waiting if keys.keys() >= set(step.NEEDS)]
            waiting = [step for step in waiting if step not in ready]
            keys |= self._side_by_side(ready, keys)
        return register.load(self.folder / register.NAME)

    def _side_by_side(self, steps: list[Any], keys: Mapping[str, str]) -> dict[str, str]:
        made = {}
        with ThreadPoolExecutor(len(steps)) as pool:
            running = []
            for step in steps:
                key = step_key(step.NAME, self.code, self.order, {need: keys[need] for need in step.NEEDS})
                made[step.NAME] = key
                inputs = {need: self.folder / need for need in step.NEEDS}
                running.append(pool.submit(self._do, step.NAME, key, inputs, step.work))
            for future in running:
                future.result()
        return made

    def _do(self, step: str, key: str, inputs: Mapping[str, Path], work: Callable[[Work], None]) -> None:
        """The step's folder holds what the key says when this returns."""
        folder, begins, share = self.folder / step, *_SHARES[step]
        seal = seal_of(folder)
        if seal is not None and seal["key"] == key:
            self.progress(f"{step}: unchanged, taken from before", begins + share, phase=step)
            return
        partial = self.folder / f".{step}"
        for old in (partial, folder):
            shutil.rmtree(old, ignore_errors=True)
        partial.mkdir()

        def report(text: str, done: float = 0.0, **facts: Any) -> None:
            self.progress(text, round(begins + share * done, 3), phase=step, **facts)

        report(step.replace("_", " "))
        with sealed(step, key, self.order, partial):
            work(Work(self.order, inputs, partial, report))
        partial.rename(folder)
