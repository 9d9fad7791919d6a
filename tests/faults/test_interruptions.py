"""A worker that is paused, ends or loses an answer at a call of any port: everything happens once all the same."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from disturbing import Moment, disturbed, effects, landed, lose_the_answer, settle, tried
from ports_with import ports_with
from world import World, points_csv

from shared.core.claims import CLAIM_TTL
from shared.core.ledger import State

ROOT = Path(__file__).resolve().parents[2]
# Calls while the model is judged and released, the window planned and scored.
CALLS = [60, 125, 165]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What is there in the end when nothing happens on the way."""
    world = World(tmp_path_factory.mktemp("undisturbed"))
    counting = Moment(0, lambda: None)
    tried(disturbed(world, counting), *landed(world))
    assert counting.seen > max(CALLS)
    settle(world)
    return effects(world)


@pytest.mark.fault(23)
@pytest.mark.parametrize("call", CALLS)
def test_a_worker_that_slept_past_its_lease_changes_nothing(
    tmp_path: Path, undisturbed: dict[str, Any], call: int
) -> None:
    """Another worker finishes meanwhile; what the first one still does when it wakes up is refused or the same."""
    world = World(tmp_path)
    rival = World(tmp_path, clock=world.clock)
    events = landed(world)
    tried(disturbed(world, Moment(call, lambda: settle(rival))), *events)
    assert effects(rival) == undisturbed
    settle(world)
    assert effects(world) == undisturbed


@pytest.mark.fault(24)
@pytest.mark.parametrize("call", CALLS)
def test_a_worker_that_is_recycled_is_followed_by_another(
    tmp_path: Path, undisturbed: dict[str, Any], call: int
) -> None:
    """Its claims run out, and the next timer goes on where it ended."""

    def recycled() -> None:
        raise SystemExit

    world = World(tmp_path)
    events = landed(world)
    with pytest.raises(SystemExit):
        tried(disturbed(world, Moment(call, recycled)), *events)
    successor = World(tmp_path, clock=world.clock)
    settle(successor)
    assert effects(successor) == undisturbed


@pytest.mark.fault(24)
def test_a_function_is_stopped_before_its_claim_runs_out() -> None:
    """And the claim runs out before the host shows the message again: 10 minutes after a host that died."""
    hours, minutes, seconds = map(int, json.loads((ROOT / "host.json").read_text())["functionTimeout"].split(":"))
    assert timedelta(hours=hours, minutes=minutes, seconds=seconds) < CLAIM_TTL < timedelta(minutes=10)


@pytest.mark.fault(22, 27, 40)
@pytest.mark.parametrize("call", CALLS)
def test_a_lost_answer_changes_nothing(tmp_path: Path, undisturbed: dict[str, Any], call: int) -> None:
    """The call had its effect, and its caller does not know."""
    world = World(tmp_path)
    events = landed(world)
    tried(disturbed(world, Moment(call, lose_the_answer), afterwards=True), *events, *events)
    settle(world)
    assert effects(world) == undisturbed


class DiesAfter:
    """A store of predictions whose caller dies once its window is committed, before it hears of it."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        """Everything else as it is."""
        return getattr(self._real, name)

    def load(self, *args: Any, **kwargs: Any) -> None:
        """Commit, then die."""
        self._real.load(*args, **kwargs)
        raise SystemExit


@pytest.mark.fault(22)
def test_a_death_between_commit_and_answer_loads_once(world: World) -> None:
    """The next worker finds the commit, and the window ends as done with one set of rows."""
    events = landed(world)
    real = world.ports.prediction.predictions
    world.ports = ports_with(world.ports, prediction__predictions=DiesAfter(real))
    with pytest.raises(SystemExit):
        world.handle(*events)
    successor = World(world.home, clock=world.clock)
    settle(successor)
    assert [one.rows for one in real.commits()] == [12]
    assert successor.ports.core.history.stuck(successor.clock.now) == []


class Forgetful:
    """A lake whose listings leave out every other blob, as a page that was lost would."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        """Everything else as it is."""
        return getattr(self._real, name)

    def list(self, prefix: str) -> Any:
        """Half of it."""
        return iter([*self._real.list(prefix)][::2])


@pytest.mark.fault(32)
def test_nothing_is_concluded_from_what_a_listing_lacks(world: World) -> None:
    """What is there and was not listed is neither gone nor forgotten: a later sweep takes it."""
    for number in range(3):
        world.land(f"incoming/points/d{number}/points.csv", points_csv(seed=number + 1, first=1000 * number))
        world.land(
            f"scoring/points/d{number}/points.csv", points_csv(5, seed=number, labelled=False, first=10 * number)
        )
    world.trainer.silent = True
    whole = world.ports
    world.ports = ports_with(whole, core__lake=Forgetful(whole.core.lake))
    world.trainer.ports = world.ports
    world.sweep()
    world.ports = world.trainer.ports = whole
    assert {entry.state for entry in whole.core.history.entries()} & {State.GONE, State.FAILED} == set()
    settle(world)
    assert sorted(whole.datasets.versions.list()[-1].drops) == ["d0", "d1", "d2"]
    landed_files = {entry.key.partition("@")[0] for entry in whole.core.history.entries() if entry.kind == "blob"}
    assert {f"scoring/points/d{number}/points.csv" for number in range(3)} <= landed_files


@pytest.mark.fault(34)
@pytest.mark.parametrize("write", [4, 40])
def test_a_lake_without_room_holds_up_and_loses_nothing(
    tmp_path: Path, undisturbed: dict[str, Any], monkeypatch: pytest.MonkeyPatch, write: int
) -> None:
    """Its disk is full from some write on; once there is room everything ends as if there always had been."""
    world = World(tmp_path)
    events = landed(world)
    synced, fsync = 0, os.fsync

    def full(descriptor: int) -> None:
        nonlocal synced
        synced += 1
        if synced >= write:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(descriptor)

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        tried(world, *events)
    assert synced >= write
    assert effects(world) != undisturbed
    settle(world)
    assert effects(world) == undisturbed


@pytest.mark.fault(46)
def test_a_process_goes_on_while_another_one_expands_the_schema(world: World) -> None:
    """Columns that it does not know are added under it: what it reads and writes stays as it was."""
    first, second = landed(world)
    world.handle(first)
    database = sqlite3.connect(world.home / "mlops.db")
    with database:
        for table in ("ledger", "deployment", "window", "model_version", "prediction_commit", "outbox"):
            database.execute(f'ALTER TABLE "{table}" ADD COLUMN added_later TEXT')
    database.close()
    world.handle(second, world.land("incoming/points/d2/points.csv", points_csv(seed=5, first=5000)))
    assert [one.rows for one in world.ports.prediction.predictions.commits()] == [12]
    assert len(world.ports.datasets.versions.list()) == 2
    assert world.ports.core.history.stuck(world.clock.now) == []
