"""Training of the story: in this process, with the training worker's own code, when whoever asked for it is done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from model_training.run import train_run
from shared.ports import Ports
from shared.training.model import Artefact
from shared.training.run import Run

Progress = Callable[[str, float], None]


class InlineTrainer:
    """Port `Trainer`: keeps what was asked for until it is worked off."""

    def __init__(self, home: Path, progress: Progress) -> None:
        self._home = home
        self._progress = progress
        self._known: set[str] = set()
        self._waiting: list[str] = []

    def submit(self, run: Run) -> None:
        """Remember the run."""
        self._known.add(run.id)
        self._waiting.append(run.id)

    def started(self, run: Run) -> bool:
        """Whether it was asked for."""
        return run.id in self._known

    def alive(self, run: Run) -> bool:
        """Whether it still waits."""
        return run.id in self._waiting

    def cancel(self, run: Run) -> None:
        """Forget the run."""
        self._waiting = [one for one in self._waiting if one != run.id]

    def result(self, run: Run) -> Artefact | None:  # noqa: ARG002 -- the port's signature
        """Models are registered at once."""
        return None

    def work_off(self, ports: Ports) -> None:
        """Train everything that waits."""
        while self._waiting:
            run = self._waiting[0]
            train_run(ports, run, self._report, self._home / "runs" / run)
            self._waiting = [one for one in self._waiting if one != run]

    def _report(self, step: str, done: float, **_: Any) -> None:
        self._progress(f"training: {step}", done)
