"""A rollback over HTTP: who, why, and only of what was seen."""

from __future__ import annotations

import pytest
from releases import drop, go_on
from world import World, points_csv

from shared.core.errors import BadInput, Conflict, Missing
from shared.release.approvals import decide
from shared.release.manual_changes import override
from shared.release.rollback.request import RollbackRequest, execute_rollback
from shared.training.stored_models import find_model


@pytest.fixture
def twice(world: World) -> World:
    """Two generations of points."""
    world.trainer.weight = 0.01
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    world.trainer.weight = 3.0
    world.handle(world.land("incoming/points/d2/points.csv", points_csv(450, seed=2)))
    assert [one.generation for one in world.ports.release.deployments.list("points")] == [1, 2]
    return world


def test_what_served_before_serves_again(twice: World) -> None:
    """A new generation points to the earlier version and names who wanted it, and why."""
    back = execute_rollback(twice.ports, "points", RollbackRequest("ana", "Complaints.", 2))
    assert (back.generation, back.version, back.by, back.reason) == (3, 1, "ana", "Complaints.")


def test_nobody_rolls_back_what_they_have_not_seen(twice: World) -> None:
    """Two people click at once: the second is told instead of going back twice."""
    execute_rollback(twice.ports, "points", RollbackRequest("ana", "Complaints.", 2))
    with pytest.raises(Conflict, match="Generation 2 of points no longer serves, generation 3 does"):
        execute_rollback(twice.ports, "points", RollbackRequest("ben", "Complaints.", 2))


def test_a_rollback_is_no_override_because_one_was_asked_for(twice: World) -> None:
    """Judged against its successor the earlier version is refused; nobody approved anything, and it served rightly."""
    override(twice.ports, find_model(twice.ports, "points", 1), by="eve", reason="Complaints.")
    verdict = twice.ports.release.deployments.verdict(find_model(twice.ports, "points", 1))
    assert verdict is not None
    assert not verdict.passed
    back = execute_rollback(twice.ports, "points", RollbackRequest("ana", "Complaints.", 2))
    assert (back.version, back.override, back.reason) == (1, False, "Complaints.")


def test_what_served_by_an_override_comes_back_as_one(twice: World) -> None:
    """The generation that is brought back decides, not the newest verdict."""
    request = override(twice.ports, find_model(twice.ports, "points", 1), by="eve", reason="We know it.")
    decide(twice.ports, request, "approve", by="ada", reason="agreed")
    assert go_on(twice, 1) == "done"
    drop(twice, "d3", seed=7, weight=9.0)
    back = execute_rollback(twice.ports, "points", RollbackRequest("ana", "No better.", 4))
    assert (back.version, back.override, back.restores) == (1, True, 3)
    assert back.reason == "Override of the gate: No better."
    second = execute_rollback(twice.ports, "points", RollbackRequest("ana", "Complaints.", 5))
    assert (second.version, second.override, second.restores) == (2, False, 2)


def test_an_unknown_scenario_is_missing(world: World) -> None:
    """The sentence lists those there are."""
    with pytest.raises(Missing, match="known: marks"):
        execute_rollback(world.ports, "nobody", RollbackRequest("ana", "x"))


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"{", "not JSON"),
        (b"[]", "no object"),
        (b'{"by": "ana", "reason": "x", "model": 3}', "alone"),
        (b'{"by": "ana"}', "field reason"),
        (b'{"by": " ", "reason": "x"}', "field by"),
        (b'{"by": "ana", "reason": "x", "generation": true}', "whole number"),
        (b'{"by": "ana", "reason": "x", "generation": "2"}', "whole number"),
        (b'{"by": "ana", "reason": "x", "candidate": -1}', "whole number"),
        (b'{"by": "ana", "by": "ben", "reason": "x"}', "stands twice"),
    ],
)
def test_a_request_that_cannot_be_meant_is_refused(body: bytes, sentence: str) -> None:
    """One sentence with what would be accepted."""
    with pytest.raises(BadInput, match=sentence):
        RollbackRequest.read(body)


def test_a_verified_identity_wins() -> None:
    """Whoever is signed in cannot write another name."""
    assert RollbackRequest.read(b'{"by": "mallory", "reason": "x"}', who="ana").by == "ana"
