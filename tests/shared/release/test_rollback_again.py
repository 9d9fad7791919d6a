"""A second rollback: it goes further back, or is refused; what the first one took out stays out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from releases import ask, drop
from routers import router_of
from world import World, points_csv

from shared.core.errors import Conflict, Refused
from shared.operations.views.query import ViewQuery
from shared.operations.views.releases import releases
from shared.prediction.plans import read_plan
from shared.release.manual_changes import promote
from shared.release.rollback.execution import roll_back
from shared.release.rollback.plan import Seen, plan_rollback
from shared.release.rollback.request import RollbackRequest, execute_rollback
from shared.release.rollouts import active_rollout, roll_back_candidate
from shared.serving.deployment import Deployment
from shared.training.stored_models import find_model

WEIGHTS = (0.02, 0.06, 3.0)
OUT = "points:1 serves, and nothing before it is left to go back to: version 2 was taken out by a rollback; "
TRIED = {"ROLLOUT": "0:5,50:5", "HEALTH_RULES": "rows:50,shift:1"}


def serving(world: World) -> Deployment:
    """What serves in prod."""
    current = world.ports.release.deployments.current("points")
    assert current is not None
    return current


def again(world: World, reason: str = "again") -> Deployment:
    """A rollback by hand."""
    return roll_back(world.ports, "points", by="ada", reason=reason)


@pytest.fixture
def two(world: World) -> World:
    """Two generations."""
    for number, weight in enumerate((0.02, 3.0), start=1):
        drop(world, f"d{number}", seed=number, weight=weight)
    assert serving(world).version == 2
    return world


@pytest.fixture
def three(world: World) -> World:
    """Three generations."""
    for number, weight in enumerate(WEIGHTS, start=1):
        drop(world, f"d{number}", seed=number, weight=weight)
    assert serving(world).version == 3
    return world


def test_a_rollback_that_is_repeated_brings_nothing_back(two: World) -> None:
    """A nervous repeat, a script that is tried again: one sentence says what serves, what is out, how it returns."""
    assert (again(two).version, serving(two).restores) == (1, 1)
    with pytest.raises(Refused) as told:
        again(two)
    assert told.value.reason == f"{OUT}to serve it again: mlops promote points 2."
    with pytest.raises(Refused, match="version 2 was taken out"):
        execute_rollback(two.ports, "points", RollbackRequest("ada", "again", 3))
    assert (serving(two).generation, serving(two).version) == (3, 1)


def test_of_three_versions_a_second_rollback_goes_to_the_first(three: World) -> None:
    """Then nothing is left, and both are named."""
    assert [again(three).version, again(three).version] == [2, 1]
    assert [one.restores for one in three.ports.release.deployments.list("points")] == [0, 0, 0, 2, 1]
    with pytest.raises(
        Refused,
        match="versions 2 and 3 were taken out by rollbacks; to serve one of them again: mlops promote points VERSION",
    ):
        again(three)


def test_what_is_promoted_again_counts_as_put_in_again(three: World) -> None:
    """A rollback from it goes to what served before it: the rollback that had taken it out."""
    again(three)
    promote(three.ports, find_model(three.ports, "points", 3), by="ada", reason="It was not the model.")
    back = again(three)
    assert (back.generation, back.version, back.restores) == (6, 2, 4)
    assert again(three).version == 1


def test_a_rollback_by_hand_after_one_by_the_health_rules_does_not_undo_it(tmp_path: Path) -> None:
    """The rules have taken version 2 out; a person who is a moment later does not bring it back."""
    world = World(tmp_path / "home", **TRIED)
    drop(world, "d1", weight=0.35)
    router = router_of(world)
    ask(router, 5)
    drop(world, "d2", seed=12, weight=0.45)
    promote(world.ports, find_model(world.ports, "points", 2), by="ada", reason="Now.")
    shown = plan_rollback(world.ports, "points")
    assert (shown.question, shown.note) == ("Take points from version 2 (generation 2) back to version 1?", "")
    for number in range(60):
        router.observe_failure(router.choose("points", f"k{number}"))
    router.flush()
    world.clock.advance(minutes=2)
    world.sweep()
    assert (serving(world).generation, serving(world).by, serving(world).restores) == (3, "health rules", 1)
    with pytest.raises(Conflict, match="Generation 2 of points no longer serves, generation 3 does"):
        roll_back(world.ports, "points", by="ada", reason="Errors!", seen=shown.seen)
    with pytest.raises(Refused, match="version 2 was taken out"):
        again(world)
    assert serving(world).version == 1


def test_a_person_is_told_that_what_serves_is_a_rollback_itself(three: World) -> None:
    """With what it took out and when, in the question and on the page of releases."""
    again(three)
    shown = plan_rollback(three.ports, "points", seen=Seen(4))
    assert shown.question == "Take points from version 2 (generation 4) back to version 1?"
    at = f"{serving(three).at:%Y-%m-%d %H:%M} UTC"
    assert shown.note == f"Generation 4 was itself a rollback from version 3 at {at}."
    page = releases(three.ports, ViewQuery({"scenario": "points"}))
    seen = {"generation": 4, "candidate": 0}
    assert page["rollback"] == {"to": "points:1", "takes_out": None, "reason": "", "note": shown.note, "seen": seen}
    assert [one["restores"] for one in page["generations"]] == [2, 0, 0, 0]
    again(three)
    assert (
        "versions 2 and 3 were taken out"
        in releases(three.ports, ViewQuery({"scenario": "points"}))["rollback"]["reason"]
    )


def test_a_candidate_that_is_gone_takes_no_champion_with_it(tmp_path: Path) -> None:
    """Shown was that version 3 leaves its rollout; the rules were faster: the champion is not taken back instead."""
    world = World(tmp_path / "home", **TRIED)
    drop(world, "d1", weight=0.02)
    drop(world, "d2", seed=2, weight=0.35)
    ask(router_of(world), 5)
    drop(world, "d3", seed=12, weight=0.45)
    shown = plan_rollback(world.ports, "points", seen=Seen(2))
    assert shown.question == "Take version 3 of points out, which is tried beside version 2 (generation 2)?"
    trial = active_rollout(world.ports, "points", "prod")
    assert trial is not None
    page = releases(world.ports, ViewQuery({"scenario": "points"}))
    clicked = {"by": "ada", "reason": "Errors!", **page["rollback"]["seen"]}
    roll_back_candidate(world.ports, trial, by="health rules", reason="It fails.")
    with pytest.raises(Conflict, match="What is tried beside generation 2 of points has changed"):
        execute_rollback(world.ports, "points", RollbackRequest.read(json.dumps(clicked).encode()))
    with pytest.raises(Conflict, match="What is tried beside generation 2 of points has changed"):
        roll_back(world.ports, "points", by="ada", reason="Errors!", seen=shown.seen)
    assert (serving(world).generation, serving(world).version) == (2, 2)


@pytest.mark.parametrize("generation", [1, 3, 4])
def test_the_generation_that_was_seen_is_asked_for_first(two: World, generation: int) -> None:
    """By the command as over HTTP, in the same words; with the one that serves it is done."""
    with pytest.raises(Conflict) as told:
        plan_rollback(two.ports, "points", seen=Seen(generation))
    with pytest.raises(Conflict) as said:
        execute_rollback(two.ports, "points", RollbackRequest("ada", "x", generation))
    assert told.value.reason == said.value.reason
    assert roll_back(two.ports, "points", by="ada", reason="x", seen=Seen(2)).version == 1


def test_a_rollback_in_one_environment_is_none_in_another(tmp_path: Path) -> None:
    """Each has its own generations, and its own line of them."""
    world = World(tmp_path / "home", ENVIRONMENTS="preprod,prod")
    for number, weight in enumerate((0.02, 3.0), start=1):
        drop(world, f"d{number}", seed=number, weight=weight)
    back = roll_back(world.ports, "points", by="ada", reason="x", environment="preprod")
    assert (back.environment, back.version, back.restores) == ("preprod", 1, 1)
    assert plan_rollback(world.ports, "points").target.version == 1
    with pytest.raises(Refused, match="version 2 was taken out"):
        plan_rollback(world.ports, "points", "preprod")


def test_hosts_of_the_version_before_read_what_a_rollback_scores(two: World) -> None:
    """They know no `restores`, which says nothing about rows: the plan of a window does not name it."""
    again(two)
    two.handle(two.land("scoring/points/s1/points.csv", points_csv(5, seed=3, labelled=False)))
    (window,) = two.ports.prediction.windows.list("points")
    plan = read_plan(two.ports, "points", window.id)
    assert plan.deployment == replace(serving(two), restores=0)
    assert "restores" not in plan.to_json()["deployment"]
