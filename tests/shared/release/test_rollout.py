"""A candidate beside its champion: shadow, canary, full; and out by itself when it is not well."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from releases import drop, go_on
from served_model import score_rows
from world import World, points_csv

from shared import dispatch
from shared.core.errors import Refused
from shared.release.deploy import find_model, promote, rollback
from shared.release.release_status import release_status
from shared.release.rollouts import active_rollout, health_checks, judge_rollouts
from shared.serving.deployed_model import DeployedModel
from shared.serving.model_router import ModelRouter, hash_percent
from shared.serving.rollout import Rollout

STEPS = {"ROLLOUT": "0:5,20:5,60:5", "HEALTH_RULES": "rows:50,shift:1"}
RANDOM = np.random.default_rng(8)
VALUES = [float(one) for one in RANDOM.normal(size=400)]


def rows_of(number: int) -> list[dict[str, Any]]:
    """One row of a request; the same x for the same number."""
    return [{"x": VALUES[number % len(VALUES)], "color": "red"}]


def ask(router: ModelRouter, count: int, act: Callable[[DeployedModel, int], Any] | None = None) -> dict[str, int]:
    """Requests under as many keys; which version answered each key."""
    score = act or (lambda model, number: score_rows(model, rows_of(number)))
    answered = {}
    for number in range(count):
        deployed, _ = router.answer("points", f"k{number}", lambda model, number=number: score(model, number))
        answered[f"k{number}"] = deployed.model.version
    router.flush()
    return answered


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a champion that was asked, and a better version that is registered but not judged."""
    home = tmp_path_factory.mktemp("begun") / "home"
    world = World(home, **STEPS)
    assert drop(world, "d1", weight=0.35).outcome == "deployed"
    ask(ModelRouter(world.ports, pointer_seconds=0), 5)
    world.trainer.weight = 0.45
    dispatch.on_event(world.ports, world.land("incoming/points/d2/points.csv", points_csv(seed=12)))
    return home


@pytest.fixture
def tried(begun: Path, tmp_path: Path) -> Callable[..., tuple[World, ModelRouter]]:
    """Builds a copy of that world in which the rollout has begun, under the given settings."""

    def build(**settings: str) -> tuple[World, ModelRouter]:
        shutil.copytree(begun, tmp_path / "home")
        world = World(tmp_path / "home", **{**STEPS, **settings})
        world.trainer.weight = 0.45
        assert go_on(world, 2) == "waiting"
        return world, ModelRouter(world.ports, pointer_seconds=0)

    return build


Tried = Callable[..., tuple[World, ModelRouter]]


def now(world: World) -> Rollout:
    """The rollout that goes on."""
    found = active_rollout(world.ports, "points", "prod")
    assert found is not None
    return found


def current(world: World) -> tuple[int, int]:
    """Generation and version that the pointer names."""
    found = world.ports.release.deployments.current("points")
    assert found is not None
    return found.generation, found.version


def test_nobody_asks_so_there_are_no_steps(world: World) -> None:
    """Batch alone has no requests to compare by: full at once, and the reason says so."""
    drop(world, "d1", weight=0.02)
    assert drop(world, "d2", seed=5, weight=3.0).outcome == "deployed"
    assert "Nobody asked in the last hour" in world.ports.release.deployments.list("points")[-1].reason


def test_a_candidate_goes_from_shadow_over_canary_to_full(tried: Tried) -> None:
    """Scored and not returned, then for a fifth of the keys, then for most, then all; each key stays where it is."""
    world, router = tried()
    assert (now(world).state, now(world).share) == ("shadow", 0)
    assert set(ask(router, 200).values()) == {1}
    seen = world.ports.serving.health.since("points", "prod", now(world).at.replace(second=0))
    assert sum(one.rows for one in seen if one.role == "shadow" and one.version == 2) == 200
    world.clock.advance(minutes=6)
    world.sweep()
    assert (now(world).state, now(world).share) == ("canary", 20)
    fifth = ask(router, 300)
    chosen = {key for key, version in fifth.items() if version == 2}
    assert 30 <= len(chosen) <= 90
    assert ask(router, 300) == fifth
    world.clock.advance(minutes=6)
    world.sweep()
    most = ask(router, 300)
    assert chosen < {key for key, version in most.items() if version == 2}
    assert current(world) == (1, 1)
    world.clock.advance(minutes=6)
    world.sweep()
    assert current(world) == (2, 2)
    assert set(ask(router, 20).values()) == {2}
    assert release_status(world.ports, "points", 2)["status"] == "success"


def test_a_step_waits_for_requests_and_says_so(tried: Tried) -> None:
    """Time alone proves nothing: every rule has a verdict, and `skip` names what is missing."""
    world, _ = tried()
    world.clock.advance(hours=5)
    world.sweep()
    assert now(world).state == "shadow"
    checks = health_checks(world.ports, now(world))
    assert [check.name for check in checks] == ["errors", "latency", "shift"]
    assert {check.verdict for check in checks} == {"skip"}
    entry = world.ports.core.history.find("rollout", "points:2/prod")
    assert entry is not None
    assert "was not asked yet" in entry.reason


def failing(deployed: DeployedModel, number: int) -> Any:
    """A candidate that cannot answer."""
    if deployed.model.version == 2:
        raise RuntimeError("out of memory")
    return score_rows(deployed, rows_of(number))


def shifted(deployed: DeployedModel, number: int) -> Any:
    """A candidate that sees other values than its champion."""
    rows = rows_of(number)
    return score_rows(deployed, [{**rows[0], "x": 6.0}] if deployed.model.version == 2 else rows)


def slow(router: ModelRouter) -> None:
    """A candidate that takes two seconds."""
    for number in range(200):
        deployed = router.choose("points", f"k{number}")
        answers = deployed.loaded.rows(rows_of(number))
        router.observe(deployed, rows_of(number), answers, 2.0 if deployed.model.version == 2 else 0.002)
    router.flush()


@pytest.mark.parametrize(
    ("turn_bad", "words"),
    [
        (lambda router: ask(router, 100, failing), "failed in"),
        (lambda router: ask(router, 400, shifted), "differ by a PSI"),
        (slow, "95 % of the requests"),
    ],
    ids=["errors", "answers", "latency"],
)
def test_a_canary_that_turns_bad_is_out_within_one_evaluation(
    tried: Tried, turn_bad: Callable[[ModelRouter], Any], words: str
) -> None:
    """The champion serves everybody again, callers saw no error, history has the reason, no event brings it back."""
    world, router = tried(ROLLOUT="40:5")
    turn_bad(router)
    (changed,) = judge_rollouts(world.ports)
    assert (changed.state, words in changed.reason) == ("rolled_back", True), changed.reason
    assert current(world) == (1, 1)
    assert set(ask(router, 50).values()) == {1}
    assert go_on(world, 2) == "refused"
    world.sweep()
    told = release_status(world.ports, "points", 2)
    assert told["status"] == "failed"
    assert words in told["reason"]
    assert active_rollout(world.ports, "points", "prod") is None


def in_full_service(tried: Tried, **settings: str) -> tuple[World, ModelRouter]:
    """A candidate that kept every rule and has just replaced its champion."""
    world, router = tried(ROLLOUT="40:5", **settings)
    ask(router, 300)
    world.clock.advance(minutes=6)
    world.sweep()
    assert current(world) == (2, 2)
    return world, router


def told_after(world: World) -> tuple[str, str]:
    """State and sentence of what is said after full service."""
    entry = world.ports.core.history.find("aftercare", "points:2/prod#2")
    assert entry is not None
    return entry.state, entry.reason


@pytest.mark.parametrize(
    ("turn_bad", "words"),
    [(lambda router: errors(router, 60), "failed in 60 of"), (slow, "95 % of the requests")],
    ids=["errors", "latency"],
)
def test_a_generation_that_turns_bad_after_full_service_is_taken_back(
    tried: Tried, turn_bad: Callable[[ModelRouter], Any], words: str
) -> None:
    """By the next sweep, with its reason, as a generation of its own; nothing brings it back, its status says so."""
    world, router = in_full_service(tried)
    turn_bad(router)
    world.clock.advance(minutes=2)
    world.sweep()
    assert current(world) == (3, 1)
    last = world.ports.release.deployments.list("points")[-1]
    assert (last.by, words in last.reason) == ("health rules", True), last.reason
    assert told_after(world) == ("refused", last.reason)
    status = release_status(world.ports, "points", 2)
    assert (status["status"], words in status["reason"]) == ("failed", True)
    go_on(world, 2)
    world.sweep()
    assert current(world) == (3, 1)
    assert set(ask(router, 20).values()) == {1}


def errors(router: ModelRouter, count: int) -> None:
    """Requests that the version in service cannot answer; what is tried beside it is not asked."""
    for number in range(count):
        deployed = router.choose("points", f"k{number}")
        if deployed.role == "champion":
            router.observe_failure(deployed)
    router.flush()


def test_what_is_tried_beside_a_generation_that_is_taken_back_is_over(tried: Tried) -> None:
    """Another trial does not end the judgement, and is not left waiting."""
    world, router = in_full_service(tried)
    assert drop(world, "d3", seed=7, weight=0.6).outcome == "waiting"
    assert now(world).version == 3
    errors(router, 200)
    world.sweep()
    assert current(world) == (3, 1)
    assert release_status(world.ports, "points", 2)["status"] == "failed"
    assert "was overtaken" in release_status(world.ports, "points", 3)["reason"]


def test_a_generation_that_stays_well_is_judged_until_its_time_is_over(tried: Tried) -> None:
    """Then its verdict is final: what comes later is for drift and quality to see."""
    world, router = in_full_service(tried, HEALTH_RULES="rows:50,shift:1,after_minutes:10")
    ask(router, 40)
    world.sweep()
    assert told_after(world)[0] == "waiting"
    world.clock.advance(minutes=11)
    world.sweep()
    state, reason = told_after(world)
    assert (state, "kept its rules until" in reason) == ("done", True), reason
    errors(router, 60)
    world.sweep()
    assert current(world) == (2, 2)


def test_without_requests_the_verdict_says_so(tried: Tried) -> None:
    """Silence is no praise; and zero minutes judge nothing."""
    world, _ = in_full_service(tried)
    world.clock.advance(minutes=31)
    world.sweep()
    state, reason = told_after(world)
    assert (state, "nobody asked enough" in reason, "was not asked" in reason) == ("done", True, True), reason


def test_nothing_is_judged_after_full_service_when_nobody_wants_it(tried: Tried) -> None:
    """`after_minutes:0` leaves what happens then to people."""
    world, router = in_full_service(tried, HEALTH_RULES="rows:50,shift:1,after_minutes:0")
    errors(router, 60)
    world.sweep()
    assert current(world) == (2, 2)


def test_a_death_between_decision_and_pointer_is_made_good(tried: Tried) -> None:
    """The change says that the generation was taken back; the next sweep moves the pointer, once."""
    world, _ = in_full_service(tried)
    full = world.ports.release.rollouts.list("points")[-1]
    at = world.clock() + timedelta(seconds=1)
    world.ports.release.rollouts.write(
        replace(full, number=full.number + 1, state="rolled_back", at=at, reason="it failed")
    )
    for _ in range(2):
        world.sweep()
    assert current(world) == (3, 1)


def test_a_person_who_brings_a_candidate_back_is_heard(tried: Tried) -> None:
    """One that was taken out while it was tried and is promoted by hand is not taken back for that."""
    world, _ = tried(ROLLOUT="40:5")
    rollback(world.ports, "points", by="ada", reason="no")
    world.clock.advance(minutes=1)
    promote(world.ports, find_model(world.ports, "points", 2), by="ada", reason="yes")
    world.sweep()
    assert current(world) == (2, 2)


def test_a_canary_that_cannot_be_loaded_harms_nobody(tried: Tried) -> None:
    """Its file was damaged: the champion answers all, and the evaluation takes it out."""
    world, _ = tried(ROLLOUT="40:5")
    (world.home / "lake/models/points/2/model.onnx").write_bytes(b"something else")
    router = ModelRouter(world.ports, pointer_seconds=0)
    assert set(ask(router, 20).values()) == {1}
    (changed,) = judge_rollouts(world.ports)
    assert changed.state == "rolled_back"


def test_a_person_may_take_a_candidate_out(tried: Tried) -> None:
    """A rollback while something is tried ends the trial and moves no pointer."""
    world, _ = tried()
    assert rollback(world.ports, "points", by="ada", reason="a bad feeling").generation == 1
    assert world.ports.release.rollouts.list("points")[-1].reason == "a bad feeling"
    assert judge_rollouts(world.ports) == []


def test_a_person_may_end_the_steps(tried: Tried) -> None:
    """Promoting what is tried puts it into full service; the trial is over."""
    world, _ = tried()
    deployment = promote(world.ports, find_model(world.ports, "points", 2), by="ada", reason="well enough")
    assert (deployment.generation, deployment.version, deployment.by) == (2, 2, "ada")
    assert active_rollout(world.ports, "points", "prod") is None
    with pytest.raises(Refused, match="serves already"):
        promote(world.ports, find_model(world.ports, "points", 2), by="ada", reason="again")


def test_a_full_service_that_was_decided_is_finished_by_the_sweep(tried: Tried) -> None:
    """Whoever decided died before the pointer moved."""
    world, _ = tried()
    rollout = now(world)
    world.ports.release.rollouts.write(
        replace(rollout, number=rollout.number + 1, state="full", share=100, by="health rules")
    )
    assert current(world) == (1, 1)
    world.sweep()
    assert current(world) == (2, 2)


def test_another_generation_ends_a_trial(tried: Tried) -> None:
    """A candidate is compared with the generation it began beside, with no other."""
    world, router = tried()
    drop(world, "d3", seed=7, weight=0.6)
    assert now(world).version == 3
    assert go_on(world, 2) == "superseded"
    rollback(world.ports, "points", by="ada", reason="no")
    assert set(ask(router, 10).values()) == {1}


def test_keys_are_spread_evenly_and_differently_for_each_candidate() -> None:
    """A share of ten in a hundred is a tenth of the keys, and not the same tenth every time."""
    first = {key for key in range(4000) if hash_percent("a" * 64, str(key)) < 10}
    second = {key for key in range(4000) if hash_percent("b" * 64, str(key)) < 10}
    assert 320 <= len(first) <= 480
    assert len(first & second) < 120
