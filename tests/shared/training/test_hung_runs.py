"""A training that hangs has a deadline."""

from __future__ import annotations

import pytest
from ports_with import ports_with
from world import InlineTrainer, World, points_csv

from shared.training.run import Run
from shared.training.runs import DEADLINE, watch_runs


class HungTrainer(InlineTrainer):
    """A trainer whose workers never end by themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.silent = True

    def alive(self, run: Run) -> bool:
        """Until it is cancelled."""
        return run.id not in self.cancelled


@pytest.fixture
def world(world: World) -> World:
    """A world in which a run hangs."""
    world.trainer = HungTrainer()
    world.ports = ports_with(world.ports, training__trainer=world.trainer)
    world.trainer.ports = world.ports
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    return world


def test_a_worker_that_hangs_is_ended_and_the_run_started_again(world: World) -> None:
    """Not before its deadline; history says why, and the run has its second attempt."""
    (run,) = world.ports.training.runs.list()
    assert world.ports.training.runs.move(run.id, "requested", "running", "The training worker has started.")
    world.clock.advance(seconds=DEADLINE.total_seconds())
    assert watch_runs(world.ports) == []
    world.clock.advance(seconds=1)
    watch_runs(world.ports)
    assert world.trainer.cancelled == [run.id]
    assert "The worker hung for 4 h and was ended." in [entry.reason for entry in world.ports.core.history.why(run.id)]
    watch_runs(world.ports)
    (again,) = world.ports.training.runs.list()
    assert (again.state, again.attempts) == ("requested", 2)


def test_a_run_that_waits_for_its_worker_has_no_deadline(world: World) -> None:
    """A service may queue it for long."""
    world.clock.advance(days=2)
    watch_runs(world.ports)
    assert world.trainer.cancelled == []
