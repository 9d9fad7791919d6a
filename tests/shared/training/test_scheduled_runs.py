"""Training by schedule: each occurrence is answered once, whoever sweeps, dies or stops it meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from killing import Countdown, counted
from ports_with import ports_with
from world import InlineTrainer, World, points_csv

from shared.core.claims import CLAIM_TTL
from shared.core.errors import Transient
from shared.training import schedule_requests as schedules
from shared.training.run import Run
from shared.training.runs import watch_runs
from shared.training.schedule import Schedule
from shared.training.scheduled_runs import start, start_due

MINUTE = timedelta(minutes=1)


class Away(InlineTrainer):
    """A trainer whose service cannot be reached, or whose caller dies, while `problem` is set."""

    problem: BaseException | None = None

    def submit(self, run: Run) -> None:
        """Raise the problem, or train."""
        if self.problem is not None:
            raise self.problem
        super().submit(run)


class Dying(Countdown):
    """At the last call whoever calls is gone, as after a kill: nothing of it is caught or tidied up."""

    def step(self) -> None:
        """One more call."""
        self.seen += 1
        if self.seen == self.limit:
            raise KeyboardInterrupt


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A dataset version is there, and nothing is in flight."""
    made = World(tmp_path / "home", trainer=Away())
    made.handle(made.land("incoming/points/d1/points.csv", points_csv()))
    yield made
    made.close()


def scheduled(world: World, **changes: Any) -> Schedule:
    """A schedule of every hour, first due now."""
    recurrence = {"Frequency": "Hour", "Interval": 1, **changes.pop("recurrence", {})}
    asked = {"Name": "hourly", "Recurrence": recurrence, **changes}
    return schedules.add(world.ports, world.ports.core.scenarios["points"], schedules.read_schedule_request(asked))


def now_stands(world: World) -> Schedule:
    """The schedule as it is kept."""
    return schedules.find_schedule(world.ports, world.ports.core.scenarios["points"], "hourly")


def told(world: World) -> list[tuple[str, str]]:
    """State and reason of every answered occurrence, as `mlops history --why` has them."""
    entries = world.ports.core.history.why("points/hourly/")
    return [(one.state, one.reason) for one in entries if one.kind == "schedule" and one.state != "in_progress"]


def test_a_sweep_starts_what_is_due_and_nothing_else(world: World) -> None:
    """With the profile that was asked for, on the newest dataset version; until the next time nothing more."""
    made = scheduled(world, ParameterAssignments={"profile": "demo"})
    before = len(world.trainer.submitted)
    for _ in range(3):
        world.sweep()
    (run,) = [world.ports.training.runs.find(one) for one in world.trainer.submitted[before:]]
    assert run is not None
    assert (run.profile, run.dataset) == ("demo", world.ports.datasets.versions.list("points")[-1].id)
    standing = now_stands(world)
    assert (standing.last_run, standing.last_due, standing.due) == (run.id, made.due, made.due + 60 * MINUTE)
    assert told(world) == [("done", f"Run {run.id} was requested by the schedule.")]
    world.clock.advance(minutes=59, seconds=59)
    assert start_due(world.ports) == []
    world.clock.advance(seconds=1)
    assert len(start_due(world.ports)) == 1
    first, *_ = (entry for entry in world.ports.core.history.why("points/hourly") if entry.kind == "schedule")
    assert (first.state, first.reason) == (
        "active",
        "Training was scheduled every hour from 2026-03-01T12:00:00+00:00.",
    )


def test_after_an_outage_one_run_is_started(world: World) -> None:
    """However many occurrences passed; the sentence counts them, and the next one is in step with the start."""
    made = scheduled(world)
    world.clock.advance(hours=5, minutes=30)
    assert len(start_due(world.ports)) == 1
    assert start_due(world.ports) == []
    assert now_stands(world).due == made.due + 360 * MINUTE
    ((state, reason),) = told(world)
    assert (state, "5 later occurrences passed meanwhile" in reason) == ("done", True)


def test_two_timers_at_once_start_one_run(world: World, tmp_path: Path) -> None:
    """Four sweeps of two processes at the same moment, and a late one that saw the schedule as it was."""
    other = World(tmp_path / "home", clock=world.clock)
    world.trainer.silent = other.trainer.silent = True
    seen = scheduled(world)
    barrier = Barrier(4)

    def sweep(one: World) -> list[str]:
        barrier.wait(timeout=300)
        return start_due(one.ports)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(sweep, [world, other] * 2))
    (run,) = [run for answer in answers for run in answer]
    assert (start(other.ports, seen), start_due(other.ports)) == ("", [])
    assert now_stands(world).last_run == run
    assert len(world.ports.training.runs.list("points")) == 2
    assert [state for state, _ in told(world)] == ["done"]
    other.close()


def test_a_stop_between_looking_and_starting_starts_nothing(world: World) -> None:
    """The timer saw it active; history says why there is no run."""
    seen = scheduled(world)
    before = len(world.trainer.submitted)
    schedules.stop(world.ports, world.ports.core.scenarios["points"], "hourly")
    assert start(world.ports, seen) == ""
    assert len(world.trainer.submitted) == before
    assert told(world) == [("refused", "Not started because the schedule was stopped.")]
    world.clock.advance(hours=9)
    assert start_due(world.ports) == []
    standing = now_stands(world)
    assert (standing.state, standing.last_run) == ("stopped", "")


def test_a_run_in_flight_is_not_joined_by_another(world: World) -> None:
    """The occurrence is skipped in words; a run that somebody else asked for is no reason."""
    world.trainer.silent = True
    scheduled(world)
    (first,) = start_due(world.ports)
    world.clock.advance(hours=1)
    assert start_due(world.ports) == []
    standing = now_stands(world)
    assert standing.last_run == first
    assert standing.reason == f"Not started because its previous run, {first}, is still requested."
    assert [state for state, _ in told(world)] == ["done", "refused"]
    world.ports.training.runs.move(first, "requested", "failed", "it broke")
    world.clock.advance(hours=1)
    assert len(start_due(world.ports)) == 1


def test_a_service_that_is_away_holds_up_only_what_needs_it(world: World) -> None:
    """The occurrence waits for the next sweep, which makes one run of it; the sweep itself goes on."""
    assert isinstance(world.trainer, Away)
    made = scheduled(world)
    world.trainer.problem = Transient("The workspace does not answer.")
    assert start_due(world.ports) == []
    assert now_stands(world).due == made.due
    assert told(world) == [("released", "The workspace does not answer.")]
    world.trainer.problem = None
    assert len(start_due(world.ports)) == 1
    assert len(world.ports.training.runs.list("points")) == 2


@pytest.mark.parametrize("stopped", [False, True])
def test_a_worker_that_died_on_the_way_leaves_one_run(world: World, *, stopped: bool) -> None:
    """Also when a newer dataset version came meanwhile, and when the schedule was stopped before the next attempt."""
    assert isinstance(world.trainer, Away)
    made = scheduled(world)
    world.trainer.problem = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        start_due(world.ports)
    world.trainer.problem = None
    world.trainer.silent = True
    assert start_due(world.ports) == []
    (run,) = [one for one in world.ports.training.runs.list("points") if one.state == "requested"]
    world.clock.advance(minutes=1)
    newest = world.ports.datasets.versions.list("points")[-1]
    world.ports.datasets.versions.add(replace(newest, id="newer", digest="f" * 64, created_at=world.clock()))
    if stopped:
        schedules.stop(world.ports, world.ports.core.scenarios["points"], "hourly")
    world.clock.advance(seconds=CLAIM_TTL.total_seconds())
    assert start_due(world.ports) == [run.id]
    assert start_due(world.ports) == []
    standing = now_stands(world)
    assert (standing.last_run, standing.last_due) == (run.id, made.due)
    assert len(world.ports.training.runs.list("points")) == 2
    assert world.ports.core.history.stuck(world.clock() + timedelta(days=1)) == []


def test_a_worker_may_die_at_any_call(world: World) -> None:
    """Before each call of a port in turn: once its claims have expired one run has been made, and all has ended."""
    points, before, deaths = world.ports.core.scenarios["points"], len(world.ports.training.runs.list("points")), 0
    while True:
        name = f"monthly-{deaths}"
        scheduled(world, Name=name, recurrence={"Frequency": "Month"})
        countdown = Dying(deaths + 1)
        try:
            start_due(counted(world.ports, countdown))
        except KeyboardInterrupt:
            deaths += 1
        else:
            break
        world.clock.advance(seconds=CLAIM_TTL.total_seconds())
        start_due(world.ports)
        watch_runs(world.ports)
        run = world.ports.training.runs.find(schedules.find_schedule(world.ports, points, name).last_run)
        assert run is not None, deaths
        assert (run.state, len(world.ports.training.runs.list("points")) - before) == ("completed", deaths), deaths
    assert deaths > 10
    assert world.ports.core.history.stuck(world.clock() + timedelta(days=1)) == []


def test_what_cannot_be_started_is_said_and_the_next_occurrence_comes(world: World) -> None:
    """A scenario that is no longer declared: no run, a sentence, and the schedule goes on."""
    made = scheduled(world)
    world.ports = ports_with(world.ports, core__scenarios={})
    assert start_due(world.ports) == []
    assert [state for state, _ in told(world)] == ["gone"]
    standing = world.ports.training.schedules.find("points", "hourly")
    assert standing is not None
    assert (standing.due, "no longer declared" in standing.reason) == (made.due + 60 * MINUTE, True)


def test_months_are_in_step_with_their_start(world: World) -> None:
    """The 31st comes back after a February, however late the sweeps were."""
    scheduled(world, recurrence={"Frequency": "Month", "StartTime": "2026-01-31T06:00:00Z"})
    found: list[datetime] = []
    for _ in range(3):
        found.append(now_stands(world).due)
        world.clock.now = found[-1] + timedelta(hours=7)
        assert len(start_due(world.ports)) == 1
    assert [f"{one:%m-%d %H}" for one in found] == ["03-31 06", "04-30 06", "05-31 06"]
