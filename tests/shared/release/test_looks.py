"""An undecided challenger is looked at again when its judging rows have grown, and not more than ten times."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import BinaryIO

import pytest
from ports_with import ports_with
from world import SCENARIOS, InlineTrainer, World, points_csv

from shared import dispatch, due_work
from shared.core.blob import Blob
from shared.core.ledger import Entry, Kind
from shared.core.messages import model_message
from shared.core.ports import Lake
from shared.core.scenario import Gate, History
from shared.operations.status import status
from shared.release.look import MOST_LOOKS, Look
from shared.release.looks import newest_entry
from shared.release.manual_changes import override
from shared.release.verdict import Judging, Verdict
from shared.training.stored_models import find_model

POINTS = replace(SCENARIOS["points"], gate=Gate(margin=0.001), history=History("replace"))


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Version 1 serves; version 2 ranks better, which its 220 judging rows do not show yet."""
    world = World(tmp_path, trainer=InlineTrainer(0.3), scenarios={"points": POINTS})
    land(world, "d1", 220, seed=2)
    world.trainer.weight = 3.0
    land(world, "d2", 220, seed=3)
    assert judged(world, 2).state == "undecided"
    world.trainer.silent = True
    return world


def land(world: World, name: str, rows: int, *, seed: int) -> None:
    """Labelled points arrive; a training that was asked for and does not begin ends as failed."""
    world.handle(world.land(f"incoming/points/{name}/points.csv", points_csv(rows, seed=seed)))
    for run in world.ports.training.runs.list("points"):
        world.ports.training.runs.move(run.id, "requested", "failed", "The machine is gone.")


def judged(world: World, version: int) -> Verdict:
    """The certificate of the version."""
    verdict = world.ports.release.deployments.verdict(find_model(world.ports, "points", version))
    assert verdict is not None
    return verdict


def looks(world: World) -> Sequence[Look]:
    """The looks at challengers of the first generation."""
    return world.ports.release.looks.list("points", 1)


def serving(world: World) -> int:
    """The version that serves."""
    current = world.ports.release.deployments.current("points")
    assert current is not None
    return current.version


def release_of(world: World, version: int) -> Entry:
    """How the version's newest release stands."""
    entry = newest_entry(world.ports, f"points:{version}")
    assert entry is not None
    return entry


def test_a_look_at_grown_rows_decides(world: World) -> None:
    """The same model, without training, by a message of the sweep: it serves, and the history has both looks."""
    assert "Look 1 of 10 at challengers of generation 1." in release_of(world, 2).reason
    land(world, "d3", 12_000, seed=4)
    world.sweep()
    assert serving(world) == 2
    newest = world.ports.datasets.versions.list("points")[-1].id
    verdict = judged(world, 2)
    assert verdict.judging is not None
    assert (verdict.judging.number, verdict.judging.dataset, verdict.judging.look) == (2, newest, 2)
    champion = next(check for check in verdict.checks if check.name == "champion")
    assert "Look 2 of 10 at challengers of generation 1." in champion.reason
    assert release_of(world, 2).state == "done"
    assert world.ports.training.registry.list("points")[-1].version == 2
    assert (world.home / "lake/models/points/2/gate-1-2.json").exists()


def test_rows_that_hardly_grew_spend_no_look(world: World) -> None:
    """Less than a quarter more: it waits, says for how many, and is not asked again about the same dataset."""
    land(world, "d3", 2_300, seed=4)
    world.sweep()
    (entry,) = [one for one in world.ports.core.history.why("points:2#judged-1-2") if one.state == "waiting"]
    assert "from 275 on the gate looks again" in entry.reason
    assert due_work.sweep(world.ports) == []
    assert [one.number for one in looks(world)] == [1]
    assert (release_of(world, 2).state, serving(world)) == ("undecided", 1)
    land(world, "d4", 12_000, seed=4)
    world.sweep()
    assert serving(world) == 2


def test_the_tenth_look_is_the_last(world: World) -> None:
    """What it leaves undecided is refused, and no further challenger of the generation is compared."""
    spend(world, MOST_LOOKS - 2)
    world.trainer.weight, world.trainer.silent = 2.9, False
    land(world, "d3", 230, seed=5)
    last = judged(world, 3)
    assert last.judging is not None
    assert (last.state, last.judging.look) == ("refused", 10)
    assert "Look 10 of 10 at challengers of generation 1. Not shown to be as good: it was the last look." in last.reason
    assert (release_of(world, 3).state, serving(world)) == ("refused", 1)
    world.trainer.weight = 4.0
    land(world, "d4", 2_000, seed=6)
    assert "Not shown to be as good: all 10 looks at challengers of points:1 are spent" in judged(world, 4).reason
    assert (release_of(world, 4).state, len(looks(world))) == ("refused", MOST_LOOKS)
    world.sweep()
    assert "all 10 looks" not in judged(world, 2).reason


def spend(world: World, number: int) -> None:
    """Looks that other challengers of the first generation took."""
    for version in range(100, 100 + number):
        look = Look("points", 1, version, 1, "d", world.clock())
        assert world.ports.release.looks.take(look, MOST_LOOKS) is not None


class Killed(Exception):
    """The worker's end."""


class MortalLake:
    """A lake whose caller dies at the first certificate of a further judgement."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self.dead = False

    def put(self, path: str, data: bytes | BinaryIO, *, if_absent: bool = True) -> tuple[Blob, bool]:
        """Die once, then store."""
        if path.endswith("gate-1-2.json") and not self.dead:
            self.dead = True
            raise Killed
        return self._lake.put(path, data, if_absent=if_absent)

    def __getattr__(self, name: str) -> object:
        return getattr(self._lake, name)


def test_a_look_survives_who_took_it(world: World) -> None:
    """Killed between the look and its verdict: the next worker has the same look, on the rows it was taken for."""
    land(world, "d3", 12_000, seed=4)
    whole = world.ports
    world.ports = ports_with(whole, core__lake=MortalLake(whole.core.lake))
    with pytest.raises(Killed):
        world.sweep()
    assert [one.number for one in looks(world)] == [1, 2]
    assert judged(world, 2).number == 1
    world.ports = whole
    land(world, "d4", 13_000, seed=5)
    world.clock.advance(minutes=15)
    world.sweep()
    verdict = judged(world, 2)
    assert verdict.judging is not None
    assert (verdict.judging.number, verdict.judging.look) == (2, 2)
    assert verdict.judging.dataset == looks(world)[1].dataset
    assert verdict.judging.dataset != world.ports.datasets.versions.list("points")[-1].id
    assert [one.number for one in looks(world)] == [1, 2]
    assert serving(world) == 2


def test_two_increments_at_once_are_one_look(world: World) -> None:
    """Two workers get the message after two drops: one judges, on the newest rows; a repeat changes nothing."""
    land(world, "d3", 11_000, seed=4)
    land(world, "d4", 12_000, seed=5)
    gate = Barrier(2)

    def work() -> None:
        gate.wait(300)
        dispatch.on_event(world.ports, model_message("points", 2))

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(work) for _ in range(2)]:
            done.result()
    world.handle(model_message("points", 2))
    assert [(one.version, one.judgement, one.number) for one in looks(world)] == [(2, 1, 1), (2, 2, 2)]
    assert looks(world)[1].dataset == world.ports.datasets.versions.list("points")[-1].id
    assert serving(world) == 2


def test_an_override_that_is_asked_for_is_not_disturbed(world: World) -> None:
    """While a person decides on an undecided challenger its certificate stays the one that the request names."""
    before = judged(world, 2)
    override(world.ports, find_model(world.ports, "points", 2), by="eve", reason="We know better.")
    world.handle(model_message("points", 2))
    land(world, "d3", 12_000, seed=4)
    world.sweep()
    assert judged(world, 2) == before


def test_a_newer_undecided_challenger_takes_the_turn(world: World) -> None:
    """Of several undecided ones the newest is looked at again, and the status says by which look it stands."""
    world.trainer.weight, world.trainer.silent = 2.9, False
    land(world, "d3", 230, seed=5)
    assert (judged(world, 2).state, judged(world, 3).state) == ("undecided", "undecided")
    challenger = status(world.ports)["scenarios"]["points"]["challenger"]
    assert challenger["told"] == "points:3 undecided, look 2 of 10"
    world.trainer.silent = True
    land(world, "d4", 12_000, seed=4)
    world.sweep()
    assert serving(world) == 3
    assert judged(world, 2).judging == Judging(1, judged(world, 2).judging.dataset, 220, 1)  # type: ignore[union-attr]
    assert status(world.ports)["scenarios"]["points"]["challenger"] is None
    assert world.ports.core.history.find(Kind.MODEL, "points:3#judged-1-2") is not None
