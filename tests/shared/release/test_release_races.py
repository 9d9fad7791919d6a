"""Promotions, an approved override and a rollback at once, while scoring goes on: who wins, what answers meanwhile."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import pytest
from ports_with import ports_with
from releases import drop
from served_model import score_rows
from world import World

from shared import dispatch
from shared.core.errors import Conflict, Fault, Refused, Transient
from shared.core.ledger import Kind
from shared.core.messages import model_message
from shared.release.approvals import decide
from shared.release.endpoint_reconciliation import apply_traffic
from shared.release.manual_changes import override, promote
from shared.release.rollback.execution import roll_back
from shared.serving.deployment import Deployment
from shared.serving.model_router import ModelRouter
from shared.training.model import Model
from shared.training.stored_models import find_model

PARTS, ROUNDS = 5, 40
SEED = 20260301
ROW = [{"x": 0.4, "color": "red"}]


def outcome(act: Callable[[], Any]) -> Any:
    """What the call returned, or the fault that told its caller why not."""
    try:
        return act()
    except Fault as fault:
        return fault


class Scorers:
    """A thread that asks all the time, and writes down which generation was current before and after each answer."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._stop = Event()
        self.seen: list[tuple[int, int, int, int]] = []
        self._pool = ThreadPoolExecutor(1)
        self._futures = [self._pool.submit(self._ask)]

    def _ask(self) -> None:
        router = ModelRouter(self._world.ports, pointer_seconds=0)
        while not self._stop.wait(0.002):
            before = self._generation()
            deployed, scored = router.answer("points", "", lambda model: score_rows(model, ROW))
            assert len(scored.response[0]) == 2
            self.seen.append((before, deployed.deployment.generation, deployed.model.version, self._generation()))

    def _generation(self) -> int:
        current = self._world.ports.release.deployments.current("points")
        assert current is not None
        return current.generation

    def stop(self) -> None:
        """End; raises what a scorer met."""
        self._stop.set()
        self._pool.shutdown()
        for future in self._futures:
            future.result()


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two versions that passed their gate and one that did not."""
    home = tmp_path_factory.mktemp("start") / "home"
    world = World(home)
    for number, weight in ((1, 0.02), (2, 0.3), (3, -3.0)):
        drop(world, f"d{number}", seed=number, weight=weight)
    return home


@pytest.mark.slow
@pytest.mark.sampled(1)
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.fault(74)
def test_of_changes_at_once_each_generation_has_one_winner_and_scoring_never_stops(
    start: Path, tmp_path: Path, part: int
) -> None:
    """Two hundred rounds in all of four changes in random order of starting, on real SQLite with real threads.

    Generations are gap-free, each successful change wrote exactly one, who lost was told; every answer is of a
    generation that was current between the request and its answer, and no request failed.
    """
    shutil.copytree(start, tmp_path / "home")
    world = World(tmp_path / "home", ROLLOUT="full")
    models = {version: find_model(world.ports, "points", version) for version in (1, 2, 3)}
    draw, scorers = random.Random(SEED + part), Scorers(world)
    try:
        with ThreadPoolExecutor(4) as pool:
            for number in range(ROUNDS):
                one_round(world, pool, draw, number, models)
    finally:
        scorers.stop()
    check_history(world, scorers.seen)


def one_round(
    world: World, pool: ThreadPoolExecutor, draw: random.Random, number: int, models: Mapping[int, Model]
) -> None:
    """Four changes behind one barrier; what lost only by the moment is tried again, as its queue would."""
    before = len(world.ports.release.deployments.list("points"))
    request = override(world.ports, models[3], by="eve", reason=f"round {number}")
    gate = Barrier(4)

    def approved() -> None:
        decide(world.ports, request, "approve", by="ada", reason="")
        dispatch.on_event(world.ports, model_message("points", 3))

    changes: list[Callable[[], Any]] = [
        lambda: promote(world.ports, models[1], by="ann", reason=""),
        lambda: promote(world.ports, models[2], by="bob", reason=""),
        lambda: roll_back(world.ports, "points", by="cas", reason=""),
        approved,
    ]
    draw.shuffle(changes)
    changed = list(pool.map(lambda act: (gate.wait(300), outcome(act))[1], changes))
    dispatch.on_event(world.ports, model_message("points", 3))
    check_round(world, before, request, changed)


def check_round(world: World, before: int, request: str, changed: list[Any]) -> None:
    """As many new generations as changes that succeeded; everybody else was told."""
    won = [one for one in changed if isinstance(one, Deployment)]
    lost = [one for one in changed if isinstance(one, Fault)]
    assert all(isinstance(one, Conflict | Refused | Transient) and one.reason for one in lost)
    approval = world.ports.release.approvals.find(request)
    assert approval is not None
    rows = world.ports.release.deployments.list("points")[before:]
    by_approval = [one for one in rows if request in one.reason]
    # An approval is for one champion: once another change came before, it is asked again.
    overtaken = not by_approval and bool(rows) and approval.state in ("open", "approved", "expired")
    assert (len(by_approval), approval.state) == (1, "used") or overtaken
    assert sorted(one.generation for one in won) == [one.generation for one in rows if one not in by_approval]


def check_history(world: World, seen: list[tuple[int, int, int, int]]) -> None:
    """Gap-free generations, and answers that fit them."""
    rows = world.ports.release.deployments.list("points")
    assert [one.generation for one in rows] == list(range(1, len(rows) + 1))
    versions = {one.generation: one.version for one in rows}
    assert len(seen) > ROUNDS
    for first, answered, version, last in seen:
        assert first <= answered <= last
        assert versions[answered] == version


class MovesMeanwhile:
    """The endpoints of a world in which a person rolls back while an endpoint answers."""

    def __init__(self, world: World) -> None:
        self._world = world

    def state(self, scenario: str, environment: str) -> Any:
        """As it is after the rollback."""
        roll_back(self._world.ports, scenario, by="ada", reason="worse answers")
        return self._world.ports.release.endpoints.state(scenario, environment)


def test_a_pointer_that_moves_meanwhile_is_no_traffic_that_has_to_change(start: Path, tmp_path: Path) -> None:
    """Where the app itself serves, traffic follows the pointer by itself: there is nothing to tell of."""
    shutil.copytree(start, tmp_path / "home")
    world = World(tmp_path / "home")
    ports = ports_with(world.ports, release__endpoints=MovesMeanwhile(world))
    apply_traffic(ports, "points", "prod")
    assert world.ports.core.history.find(Kind.ENDPOINT, "points/prod") is None
