"""The story's trainer: it runs the training worker's code in this process after the requesting call has ended."""

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
    """Port `Trainer`: collects requested runs until they are trained."""

    def __init__(self, home: Path, progress: Progress) -> None:
        self._home = home
        self._progress = progress
        self._known: set[str] = set()
        self._waiting: list[str] = []

    def submit(self, run: Run) -> None:
        """Add the run to the waiting ones."""
        self._known.add(run.id)
        self._waiting.append(run.id)

    def started(self, run: Run) -> bool:
        """Whether the run was requested."""
        return run.id in self._known

    def alive(self, run: Run) -> bool:
        """Whether the run still waits."""
        return run.id in self._waiting

    def cancel(self, run: Run) -> None:
        """Remove the run from the waiting ones."""
        self._waiting = [waiting for waiting in self._waiting if waiting != run.id]

    def result(self, run: Run) -> Artefact | None:  # noqa: ARG002 -- the port's signature
        """None: each model is registered when its training ends."""
        return None

    def train_waiting(self, ports: Ports) -> None:
        """Train every waiting run."""
        while self._waiting:
            run = self._waiting[0]
            train_run(ports, run, self._report, self._home / "runs" / run)
            self._waiting = [waiting for waiting in self._waiting if waiting != run]

    def _report(self, step: str, done: float, **_: Any) -> None:
        self._progress(f"training: {step}", done)
