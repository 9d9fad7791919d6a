"""A rollout: shadow, canary, full; and the rollback of a candidate that breaks a health rule."""

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
from routers import router_of
from served_model import score_rows
from world import World, points_csv

from shared import dispatch
from shared.adapters.files.key_file import new_key
from shared.core.errors import Refused
from shared.release.gate.certificate import sign_by_hand
from shared.release.manual_changes import promote
from shared.release.rollback.execution import roll_back
from shared.release.rollouts import active_rollout, health_checks, judge_rollouts
from shared.release.status import release_status
from shared.serving.deployed_model import DeployedModel
from shared.serving.model_router import ModelRouter, hash_percent
from shared.serving.rollout import Rollout
from shared.training.stored_models import find_model

STEPS = {"ROLLOUT": "0:5,20:5,60:5", "HEALTH_RULES": "rows:50,shift:1"}
RANDOM = np.random.default_rng(8)
VALUES = [float(one) for one in RANDOM.normal(size=400)]


def rows_of(number: int) -> list[dict[str, Any]]:
    """One row of a request; the same x for the same number."""
    return [{"x": VALUES[number % len(VALUES)], "color": "red"}]


def ask(router: ModelRouter, count: int, act: Callable[[DeployedModel, int], Any] | None = None) -> dict[str, int]:
    """Send `count` requests, each under its own key; returns the version that answered each key."""
    score = act or (lambda model, number: score_rows(model, rows_of(number)))
    answered = {}
    for number in range(count):
        deployed, _ = router.answer("points", f"k{number}", lambda model, number=number: score(model, number))
        answered[f"k{number}"] = deployed.model.version
    router.flush()
    return answered


@pytest.fixture(scope="module")
def home_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a champion that has answered requests, and a better version without a verdict."""
    home = tmp_path_factory.mktemp("home_before") / "home"
    world = World(home, **STEPS)
    assert drop(world, "d1", weight=0.35).outcome == "deployed"
    ask(router_of(world), 5)
    world.trainer.weight = 0.45
    dispatch.on_event(world.ports, world.land("incoming/points/d2/points.csv", points_csv(seed=12)))
    return home


@pytest.fixture
def start(home_before: Path, tmp_path: Path) -> Callable[..., tuple[World, ModelRouter]]:
    """Builds a copy of that world in which the rollout has started, under the given settings."""

    def build(**settings: str) -> tuple[World, ModelRouter]:
        shutil.copytree(home_before, tmp_path / "home")
        world = World(tmp_path / "home", **{**STEPS, **settings})
        world.trainer.weight = 0.45
        assert go_on(world, 2) == "waiting"
        return world, router_of(world)

    return build


Start = Callable[..., tuple[World, ModelRouter]]


def active(world: World) -> Rollout:
    """The active rollout."""
    found = active_rollout(world.ports, "points", "prod")
    assert found is not None
    return found


def current(world: World) -> tuple[int, int]:
    """Generation and version that the pointer names."""
    found = world.ports.release.deployments.current("points")
    assert found is not None
    return found.generation, found.version


def test_without_requests_a_version_goes_straight_to_full_service(world: World) -> None:
    """Batch scoring gives no requests to compare by, and the reason says so."""
    drop(world, "d1", weight=0.02)
    assert drop(world, "d2", seed=5, weight=3.0).outcome == "deployed"
    assert "There was no request in the last hour" in world.ports.release.deployments.list("points")[-1].reason


def test_a_candidate_goes_through_shadow_and_canary_to_full_service(start: Start) -> None:
    """Its answers go to no key, a fifth of them, most, then all; a key keeps the candidate once it has it."""
    world, router = start()
    assert (active(world).state, active(world).share) == ("shadow", 0)
    assert set(ask(router, 200).values()) == {1}
    seen = world.ports.serving.health.since("points", "prod", active(world).at.replace(second=0))
    assert sum(one.rows for one in seen if one.role == "shadow" and one.version == 2) == 200
    world.clock.advance(minutes=6)
    world.sweep()
    assert (active(world).state, active(world).share) == ("canary", 20)
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


def test_a_step_waits_for_requests(start: Start) -> None:
    """Without requests every rule is skipped, and the reason names what is missing."""
    world, _ = start()
    world.clock.advance(hours=5)
    world.sweep()
    assert active(world).state == "shadow"
    checks = health_checks(world.ports, active(world))
    assert [check.name for check in checks] == ["errors", "latency", "shift"]
    assert {check.verdict for check in checks} == {"skip"}
    entry = world.ports.core.history.find("rollout", "points:2/prod")
    assert entry is not None
    assert "has received no requests yet" in entry.reason


def failing(deployed: DeployedModel, number: int) -> Any:
    """A candidate that cannot answer."""
    if deployed.model.version == 2:
        raise RuntimeError("out of memory")
    return score_rows(deployed, rows_of(number))


def shifted(deployed: DeployedModel, number: int) -> Any:
    """A candidate that scores other values than its champion."""
    rows = rows_of(number)
    return score_rows(deployed, [{**rows[0], "x": 6.0}] if deployed.model.version == 2 else rows)


def slow(router: ModelRouter) -> None:
    """A candidate that takes two seconds."""
    for number in range(200):
        deployed = router.choose("points", f"k{number}")
        answers = deployed.loaded.score_rows(rows_of(number))
        router.observe(deployed, rows_of(number), answers, 2.0 if deployed.model.version == 2 else 0.002)
    router.flush()


@pytest.mark.parametrize(
    ("degrade", "words"),
    [
        (lambda router: ask(router, 100, failing), "failed in"),
        (lambda router: ask(router, 400, shifted), "differ by a PSI"),
        (slow, "95 % of the requests"),
    ],
    ids=["errors", "answers", "latency"],
)
def test_a_canary_that_breaks_a_rule_is_rolled_back_by_the_next_evaluation(
    start: Start, degrade: Callable[[ModelRouter], Any], words: str
) -> None:
    """The champion answers every key again, the history has the reason, and no event restarts the rollout."""
    world, router = start(ROLLOUT="40:5")
    degrade(router)
    (changed,) = judge_rollouts(world.ports)
    assert (changed.state, words in changed.reason) == ("rolled_back", True), changed.reason
    assert current(world) == (1, 1)
    assert set(ask(router, 50).values()) == {1}
    assert go_on(world, 2) == "refused"
    world.sweep()
    status = release_status(world.ports, "points", 2)
    assert status["status"] == "failed"
    assert words in status["reason"]
    assert active_rollout(world.ports, "points", "prod") is None


def in_full_service(start: Start, **settings: str) -> tuple[World, ModelRouter]:
    """A candidate that kept every rule and has just replaced its champion."""
    world, router = start(ROLLOUT="40:5", **settings)
    ask(router, 300)
    world.clock.advance(minutes=6)
    world.sweep()
    assert current(world) == (2, 2)
    return world, router


def watch_entry(world: World) -> tuple[str, str]:
    """State and reason of the ledger entry of the watch after full service."""
    entry = world.ports.core.history.find("aftercare", "points:2/prod#2")
    assert entry is not None
    return entry.state, entry.reason


@pytest.mark.parametrize(
    ("degrade", "words"),
    [(lambda router: errors(router, 60), "failed in 60 of"), (slow, "95 % of the requests")],
    ids=["errors", "latency"],
)
@pytest.mark.fault(69)
def test_a_generation_that_breaks_a_rule_after_full_service_is_rolled_back(
    start: Start, degrade: Callable[[ModelRouter], Any], words: str
) -> None:
    """The next sweep adds a generation with the champion and the reason; no event reverses it, its status is failed."""
    world, router = in_full_service(start)
    degrade(router)
    world.clock.advance(minutes=2)
    world.sweep()
    assert current(world) == (3, 1)
    last = world.ports.release.deployments.list("points")[-1]
    assert (last.by, words in last.reason) == ("health rules", True), last.reason
    assert watch_entry(world) == ("refused", last.reason)
    status = release_status(world.ports, "points", 2)
    assert (status["status"], words in status["reason"]) == ("failed", True)
    go_on(world, 2)
    world.sweep()
    assert current(world) == (3, 1)
    assert set(ask(router, 20).values()) == {1}


def errors(router: ModelRouter, count: int) -> None:
    """Requests that the version in service cannot answer; a candidate beside it gets none of them."""
    for number in range(count):
        deployed = router.choose("points", f"k{number}")
        if deployed.role == "champion":
            router.observe_failure(deployed)
    router.flush()


def test_a_rollout_beside_a_generation_that_is_rolled_back_ends(start: Start) -> None:
    """Another rollout does not end the watch, and does not wait forever."""
    world, router = in_full_service(start)
    assert drop(world, "d3", seed=7, weight=0.6).outcome == "waiting"
    assert active(world).version == 3
    errors(router, 200)
    world.sweep()
    assert current(world) == (3, 1)
    assert release_status(world.ports, "points", 2)["status"] == "failed"
    assert "was overtaken" in release_status(world.ports, "points", 3)["reason"]


def test_a_generation_that_keeps_its_rules_is_watched_until_its_time_is_over(start: Start) -> None:
    """Then the verdict is final; later errors do not roll it back."""
    world, router = in_full_service(start, HEALTH_RULES="rows:50,shift:1,after_minutes:10")
    ask(router, 40)
    world.sweep()
    assert watch_entry(world)[0] == "waiting"
    world.clock.advance(minutes=11)
    world.sweep()
    state, reason = watch_entry(world)
    assert (state, "kept its rules until" in reason) == ("done", True), reason
    errors(router, 60)
    world.sweep()
    assert current(world) == (2, 2)


def test_without_requests_the_watch_ends_without_a_judgement(start: Start) -> None:
    """The reason says that there were too few requests."""
    world, _ = in_full_service(start)
    world.clock.advance(minutes=31)
    world.sweep()
    state, reason = watch_entry(world)
    assert state == "done"
    assert "had too few requests" in reason
    assert "has received no requests" in reason


def test_zero_minutes_switch_the_watch_off(start: Start) -> None:
    """With `after_minutes:0` errors after full service change nothing."""
    world, router = in_full_service(start, HEALTH_RULES="rows:50,shift:1,after_minutes:0")
    errors(router, 60)
    world.sweep()
    assert current(world) == (2, 2)


def test_a_sweep_completes_a_rollback_whose_process_died_before_the_pointer_moved(start: Start) -> None:
    """The change is written already; the next sweep moves the pointer, once."""
    world, _ = in_full_service(start)
    full = world.ports.release.rollouts.list("points")[-1]
    at = world.clock() + timedelta(seconds=1)
    world.ports.release.rollouts.write(
        replace(full, number=full.number + 1, state="rolled_back", at=at, reason="it failed")
    )
    for _ in range(2):
        world.sweep()
    assert current(world) == (3, 1)


def test_a_candidate_that_was_rolled_back_can_be_promoted_by_hand(start: Start) -> None:
    """The earlier rollback of its rollout does not roll the new generation back."""
    world, _ = start(ROLLOUT="40:5")
    roll_back(world.ports, "points", by="ada", reason="no")
    world.clock.advance(minutes=1)
    promote(world.ports, find_model(world.ports, "points", 2), by="ada", reason="yes")
    world.sweep()
    assert current(world) == (2, 2)


def test_a_canary_that_cannot_be_loaded_is_rolled_back(start: Start) -> None:
    """The champion answers every request, and the next evaluation ends the rollout."""
    world, _ = start(ROLLOUT="40:5")
    (world.home / "lake/models/points/2/model.onnx").write_bytes(b"something else")
    router = router_of(world)
    assert set(ask(router, 20).values()) == {1}
    (changed,) = judge_rollouts(world.ports)
    assert changed.state == "rolled_back"


def test_a_rollback_by_hand_ends_the_rollout(start: Start) -> None:
    """The pointer does not move."""
    world, _ = start()
    assert roll_back(world.ports, "points", by="ada", reason="a bad feeling").generation == 1
    assert world.ports.release.rollouts.list("points")[-1].reason == "a bad feeling"
    assert judge_rollouts(world.ports) == []


def test_a_promotion_by_hand_ends_the_steps(start: Start) -> None:
    """The candidate is in full service, and the rollout is over."""
    world, _ = start()
    deployment = promote(world.ports, find_model(world.ports, "points", 2), by="ada", reason="well enough")
    assert (deployment.generation, deployment.version, deployment.by) == (2, 2, "ada")
    assert active_rollout(world.ports, "points", "prod") is None
    with pytest.raises(Refused, match="already serves"):
        promote(world.ports, find_model(world.ports, "points", 2), by="ada", reason="again")


def test_a_sweep_completes_a_promotion_whose_process_died_before_the_pointer_moved(start: Start) -> None:
    """The change is written already; the sweep moves the pointer."""
    world, _ = start()
    rollout = active(world)
    world.ports.release.rollouts.write(
        replace(rollout, number=rollout.number + 1, state="full", share=100, by="health rules")
    )
    assert current(world) == (1, 1)
    world.sweep()
    assert current(world) == (2, 2)


def test_a_further_version_supersedes_the_rollout(start: Start) -> None:
    """A candidate is only compared with the generation that was current when its rollout started."""
    world, router = start()
    drop(world, "d3", seed=7, weight=0.6)
    assert active(world).version == 3
    assert go_on(world, 2) == "superseded"
    roll_back(world.ports, "points", by="ada", reason="no")
    assert set(ask(router, 10).values()) == {1}


def test_keys_are_spread_evenly_and_differently_for_each_candidate() -> None:
    """A share of ten in a hundred is a tenth of the keys, and not the same tenth every time."""
    first = {key for key in range(4000) if hash_percent("a" * 64, str(key)) < 10}
    second = {key for key in range(4000) if hash_percent("b" * 64, str(key)) < 10}
    assert 320 <= len(first) <= 480
    assert len(first & second) < 120


def test_a_champion_without_its_signature_is_not_put_back_until_a_person_signs_it(start: Start, tmp_path: Path) -> None:
    """It is from before the key was set. The sweep says so and goes on; once signed it is put back."""
    new_key(tmp_path / "key.pem")
    world, router = in_full_service(start, SIGNING_KEY_URL=f"file:{tmp_path / 'key.pem'}")
    errors(router, 60)
    world.clock.advance(minutes=2)
    world.sweep()
    world.sweep()
    assert current(world) == (2, 2)
    state, reason = watch_entry(world)
    assert (state, "points:1 may not serve" in reason) == ("refused", True), reason
    sign_by_hand(world.ports, find_model(world.ports, "points", 1), by="ada", reason="it served before")
    world.sweep()
    assert current(world) == (3, 1)
