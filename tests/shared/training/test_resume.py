"""A run that failed or lost its worker is started again as the same run; one that completed is not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from ports_with import ports_with
from world import World

from shared.core.errors import Conflict, Missing
from shared.datasets.version import DatasetVersion
from shared.training.run import Run
from shared.training.runs import request_training, resume_training


class _Away:
    """A trainer that starts nothing and remembers what it was asked for."""

    def __init__(self, *, alive: bool = False) -> None:
        self.asked: list[Run] = []
        self._alive = alive

    def submit(self, run: Run) -> None:
        """Remember."""
        self.asked.append(run)

    def started(self, run: Run) -> bool:
        """Whether it was asked for."""
        return run in self.asked

    def alive(self, run: Run) -> bool:  # noqa: ARG002 - the port's signature
        """As it was made."""
        return self._alive

    def cancel(self, run: Run) -> None:
        """Nobody is told."""


def _requested(world: World, trainer: _Away) -> Run:
    world.ports = ports_with(world.ports, training__trainer=trainer)
    dataset = DatasetVersion("points", "d1", "digest", (), (), datetime(2026, 1, 1, tzinfo=UTC))
    return request_training(world.ports, world.ports.datasets.versions.add(dataset))


@pytest.mark.parametrize("state", ["failed", "running"])
def test_a_run_is_resumed_as_its_next_attempt(world: World, state: str) -> None:
    """The same run id, so that its steps are found again, as one attempt more."""
    trainer = _Away()
    run = _requested(world, trainer)
    world.ports.training.runs.move(run.id, "requested", state, "it ended")  # type: ignore[arg-type]  # one of the run states
    resumed = resume_training(world.ports, "points")
    assert (resumed.id, resumed.state, resumed.attempts) == (run.id, "requested", 2)
    assert trainer.asked[-1] == resumed
    assert world.ports.training.runs.find(run.id).state == "requested"  # type: ignore[union-attr]  # it is there


def test_a_run_whose_worker_lives_is_left_alone(world: World) -> None:
    """Nothing is started beside it."""
    trainer = _Away(alive=True)
    run = _requested(world, trainer)
    assert resume_training(world.ports, "points") == run
    assert len(trainer.asked) == 1


def test_what_cannot_be_resumed_is_said(world: World) -> None:
    """No run at all, and one that has completed."""
    with pytest.raises(Missing, match="points has no training run yet"):
        resume_training(world.ports, "points")
    run = _requested(world, _Away())
    world.ports.training.runs.move(run.id, "requested", "completed", "Registered as points:1.")
    with pytest.raises(Conflict, match=r"has completed: Registered as points:1\."):
        resume_training(world.ports, "points")
