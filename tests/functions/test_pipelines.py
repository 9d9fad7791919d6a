"""Training runs over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import azure.functions as func
import pytest
from world import World, points_csv

from functions.app import create_app

Call = Callable[..., tuple[int, Any, Any]]


@pytest.fixture
def call(world: World) -> Call:
    """Calls a pipeline function as the worker library does; returns status, body and headers."""
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    world.trainer.silent = True
    functions = {
        one.get_function_name(): one.get_user_function() for one in create_app(lambda: world.ports).get_functions()
    }

    def ask(function: str, body: Any = None, *, run: str = "", scenario: str = "points", **headers: str) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        route = {"scenario": scenario, "run": run}
        request = func.HttpRequest("POST", "/api/pipelines", headers=names, route_params=route, body=content)
        answer = functions[function](req=request)
        return answer.status_code, json.loads(answer.get_body()), answer.headers

    return ask


BODY = {"ExperimentName": "MyRestPipeline", "ParameterAssignments": {"profile": "demo"}}


def test_a_run_is_submitted_listed_shown_and_cancelled(call: Call, world: World) -> None:
    """202 with the id and where its state is; a cancelled run's worker is told to end, and again changes nothing."""
    status, told, headers = call("pipeline_submit", BODY)
    assert status == 202
    assert headers["location"] == told["StatusUrl"] == f"/api/pipelines/points/runs/{told['Id']}"
    run = world.ports.training.runs.find(told["Id"])
    assert run is not None
    assert (run.profile, world.trainer.submitted[-1]) == ("demo", run.id)
    assert call("pipeline_run", run=run.id)[1]["Status"] == "requested"
    assert {run.id} < {one["Id"] for one in call("pipeline_runs")[1]["Runs"]}
    for _ in range(2):
        status, cancelled, _ = call("pipeline_cancel", run=run.id)
        assert (status, cancelled["Status"]) == (200, "cancelled")
    assert set(world.trainer.cancelled) == {run.id}
    assert any(entry.state == "failed" for entry in world.ports.core.history.why(run.id))


@pytest.mark.fault(75)
def test_the_same_key_gives_the_same_run_and_another_body_is_refused(call: Call, world: World) -> None:
    """Whether the first answer was lost or not; without a key each submission is one of its own."""
    first = call("pipeline_submit", BODY, idempotency_key="k-1")
    again = call("pipeline_submit", BODY, idempotency_key="k-1")
    assert (first[0], again[0], first[1]["Id"]) == (202, 202, again[1]["Id"])
    status, told, _ = call("pipeline_submit", {"ExperimentName": "Other"}, idempotency_key="k-1")
    assert (status, "another body" in told["message"]) == (422, True)
    other = call("pipeline_submit", BODY, idempotency_key="k-2")[1]["Id"]
    free = [call("pipeline_submit", BODY)[1]["Id"] for _ in range(2)]
    assert len({first[1]["Id"], other, *free}) == 4
    assert len(world.trainer.submitted) == 5


@pytest.mark.fault(75)
def test_a_submission_in_progress_is_told_to_wait(call: Call, world: World) -> None:
    """409 with Retry-After while another request with the key is being worked on; 422 for another body at once."""
    from shared.training.requests import read_submission

    world.ports.core.ledger.claim("pipeline", "points/k-3", timedelta(minutes=2), read_submission(BODY).digest)
    status, _, headers = call("pipeline_submit", BODY, idempotency_key="k-3")
    assert (status, headers["retry-after"]) == (409, "5")
    assert call("pipeline_submit", {}, idempotency_key="k-3")[0] == 422
    world.clock.advance(minutes=3)
    assert call("pipeline_submit", BODY, idempotency_key="k-3")[0] == 202


def test_what_has_ended_cannot_be_cancelled(call: Call, world: World) -> None:
    """The sentence says how it ended."""
    (run,) = world.ports.training.runs.list("points")
    status, told, _ = call("pipeline_cancel", run=run.id)
    assert (status, "completed" in told["message"]) == (409, True)
    assert world.trainer.cancelled == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "not JSON"),
        ([1], "no object"),
        ({"RunSource": "SDK"}, "'RunSource'"),
        ({"ExperimentName": 5}, "ExperimentName"),
        ({"ExperimentName": "a\nb"}, "ExperimentName"),
        ({"ParameterAssignments": []}, "ParameterAssignments"),
        ({"ParameterAssignments": {"input_string": "x"}}, "dataset, profile"),
        ({"ParameterAssignments": {"profile": "fast"}}, "default or demo"),
        ({"ParameterAssignments": {"profile": 5}}, "profile"),
        ({"ParameterAssignments": {"dataset": "never"}}, "no dataset version"),
        ({"ParameterAssignments": {"inputs": ["colour"]}}, "did you mean 'color'?"),
        ({"ParameterAssignments": {"inputs": "x"}}, "a list of names"),
        ({"ParameterAssignments": {"trials": 0.5}}, "a whole number from 1 to 1000"),
        ({"ParameterAssignments": {"minutes": 0}}, "a number of minutes above 0"),
        ({"ParameterAssignments": {"metric_reached": 2}}, "never reaches; accepted: at most 1"),
        (b'{"ExperimentName": "a", "ExperimentName": "b"}', "stands twice"),
    ],
)
def test_what_is_not_asked_for_here_is_refused_in_words(call: Call, world: World, body: Any, words: str) -> None:
    """Closed bodies: nothing is silently ignored, and nothing is started."""
    status, told, _ = call("pipeline_submit", body)
    assert (status, words in told["message"]) == (400, True), told
    assert len(world.trainer.submitted) == 1


def test_unknown_scenarios_runs_and_keys_are_refused(call: Call) -> None:
    """404 for what does not exist, also for another scenario's run; 404 without a dataset; 400 for an unusable key."""
    run = call("pipeline_submit", BODY)[1]["Id"]
    assert call("pipeline_submit", BODY, scenario="none")[0] == 404
    assert call("pipeline_run", run=run, scenario="pairs")[0] == 404
    assert call("pipeline_cancel", run="../x")[0] == 404
    assert call("pipeline_submit", BODY, scenario="pairs")[0] == 404
    assert call("pipeline_submit", BODY, idempotency_key="a b")[0] == 400
