"""What people decide on the dashboard, over HTTP: baselines, work that is tried again, failures that were seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import azure.functions as func
import pytest
from world import World, points_csv

from functions.app import create_app
from shared.core.claims import MAX_ATTEMPTS, once
from shared.core.ledger import Outcome
from shared.operations.failures import open_failures
from shared.operations.views import view
from shared.profiles.baseline import read_baseline

Post = Callable[..., tuple[int, Any]]
BAD = b"id,x,color,y\n1,abc,red,yes\n2,1.0,red,no\n"
WHO = {"by": "ana", "reason": "Looked at."}


@pytest.fixture
def post(world: World) -> Post:
    """Sends a body to a function as the worker library does."""
    functions = {
        one.get_function_name(): one.get_user_function() for one in create_app(lambda: world.ports).get_functions()
    }

    def sent(name: str, **body: str) -> tuple[int, Any]:
        route = {"scenario": "points"}
        request = func.HttpRequest("POST", f"/api/{name}", route_params=route, body=json.dumps(body).encode())
        answer = functions[name](req=request)
        return answer.status_code, json.loads(answer.get_body())

    return sent


def open_keys(world: World) -> list[tuple[str, str]]:
    """Kind and name of what the first page shows as failed."""
    return [(one.kind, one.key.partition("@")[0]) for one in open_failures(world.ports, 8)]


def test_the_offered_dataset_becomes_the_baseline_once(world: World, post: Post) -> None:
    """Then nothing is offered any more; the same again is a conflict, an unknown dataset is missing."""
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    (hint,) = [one for one in view(world.ports, "overview", {})["hints"] if one["scenario"] == "points"]
    status, told = post("baseline_accept", dataset=hint["dataset"], **WHO)
    assert (status, told) == (201, {"scenario": "points", "number": 1, "dataset": hint["dataset"]})
    baseline = read_baseline(world.ports, "points")
    assert baseline is not None
    assert (baseline.accepted_by, baseline.reason) == ("ana", "Looked at.")
    assert "points" not in {one["scenario"] for one in view(world.ports, "overview", {})["hints"]}
    assert post("baseline_accept", dataset=hint["dataset"], **WHO)[0] == 409
    assert post("baseline_accept", dataset="20200101T000000Z-00000000", **WHO)[0] == 404


def test_a_failure_leaves_when_it_is_acknowledged_and_comes_back_when_it_happens_again(
    world: World, post: Post
) -> None:
    """Who saw it stands in the history; what has not failed cannot be acknowledged."""
    event = world.land("incoming/points/d1/points.csv", BAD)
    world.handle(event)
    (failure,) = view(world.ports, "overview", {})["failures"]
    assert (failure["kind"], failure["state"], failure["replayable"]) == ("drop", "quarantined", True)
    work = {"kind": failure["kind"], "key": failure["key"]}
    world.clock.advance(minutes=1)
    assert post("failure_acknowledge", **work, **WHO)[0] == 200
    assert open_keys(world) == []
    assert any("Acknowledged by ana: Looked at." in entry.reason for entry in world.ports.core.history.why("points/d1"))
    world.clock.advance(minutes=1)
    status, told = post("work_replay", **work, **WHO)
    assert (status, told["state"]) == (200, "quarantined")
    assert open_keys(world) == [("drop", "points/d1")]
    assert post("failure_acknowledge", kind="drop", key="points/none", **WHO)[0] == 404


def test_work_that_is_tried_again_with_success_is_resolved(world: World, post: Post) -> None:
    """It is done as if it had just arrived; what ended well is not tried again."""
    event = world.land("incoming/points/d1/points.csv", points_csv())
    path = "incoming/points/d1/points.csv"
    etag = json.loads(event)["data"]["eTag"].strip('"')

    def crash() -> Outcome:
        raise ZeroDivisionError

    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(ZeroDivisionError):
            once(world.ports, "blob", f"{path}@{etag}", event, crash)
    world.handle(event)
    assert open_keys(world) == [("blob", path)]
    world.trainer.silent = True
    work = {"kind": "blob", "key": f"{path}@{etag}"}
    assert post("work_replay", **work, **WHO)[1]["state"] == "done"
    assert open_keys(world) == []
    assert len(world.ports.datasets.versions.list()) == 1
    assert post("work_replay", **work, **WHO)[0] == 404
    assert post("failure_acknowledge", **work, **WHO)[0] == 409


def test_a_corrected_file_resolves_the_quarantined_one(world: World) -> None:
    """The further version of the same file was taken in; so for a run and a later run."""
    world.handle(world.land("incoming/points/d1/points.csv", BAD))
    assert open_keys(world) == [("drop", "points/d1")]
    world.clock.advance(minutes=1)
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    assert open_keys(world) == []


def test_a_failed_run_is_resolved_by_a_later_one(world: World) -> None:
    """Why the earlier one failed is in the history."""
    world.trainer.silent = True
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    (run,) = world.ports.training.runs.list()
    world.ports.training.runs.move(run.id, "requested", "failed", "No memory.")
    world.ports.core.ledger.note("train", run.id, "failed", "No memory.")
    assert open_keys(world) == [("train", run.id)]
    world.trainer.silent = False
    world.clock.advance(minutes=1)
    world.handle(world.land("incoming/points/d2/points.csv", points_csv(450, seed=2)))
    assert open_keys(world) == []
