"""Watching and late labels through their functions, as the worker library calls them."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import azure.functions as func
import pytest
from azure_functions_runtime.bindings.out import Out
from world import World, points_csv

from functions.app import create_app

Functions = dict[str, Callable[..., Any]]


@pytest.fixture
def functions(world: World) -> Functions:
    """Every function of the app by name, over a world that has predicted forty points."""
    world.handle(world.land("incoming/points/d1/points.csv", points_csv(300)))
    world.handle(world.land("scoring/points/s1/points.csv", points_csv(40, seed=2, labelled=False)))
    app = create_app(lambda: world.ports)
    return {one.get_function_name(): one.get_user_function() for one in app.get_functions()}


def post(functions: Functions, body: bytes, *, scenario: str = "points", kind: str = "application/json") -> Any:
    """The answer to posted labels: status and JSON."""
    request = func.HttpRequest(
        method="POST",
        url=f"/api/actuals/{scenario}",
        headers={"content-type": kind},
        route_params={"scenario": scenario},
        body=body,
    )
    answer = functions["actuals"](req=request)
    return answer.status_code, json.loads(answer.get_body())


def test_the_timer_asks_and_the_worker_watches(functions: Functions, world: World) -> None:
    """The timer only puts messages on the queue, and counts that it fired, late or not."""
    asked = Out()
    functions["monitor"](timer=SimpleNamespace(past_due=True), asked=asked)
    assert world.ports.monitoring.measurements.windows() == []
    (message,) = asked.get()
    functions["watch_scenario"](message=func.QueueMessage(id="1", body=message))
    assert [one.rows for one in world.ports.monitoring.measurements.windows()] == [40]
    (beat,) = world.ports.monitoring.scorecards.heartbeats()
    assert (beat.name, beat.fired, beat.late) == ("monitor", 1, 1)


@pytest.mark.parametrize("body", ["no json", "[]", "{}", "3", '{"scenario": "nothing"}'])
def test_a_message_that_names_no_scenario_is_recorded(functions: Functions, world: World, body: str) -> None:
    """It is not tried again."""
    functions["watch_scenario"](message=func.QueueMessage(id="1", body=body))
    entry, *_ = world.ports.core.history.entries()
    assert (entry.kind, entry.state) == ("monitor", "ignored")


def test_what_the_queue_gave_up_is_told(functions: Functions, world: World) -> None:
    """With the queue's name."""
    functions["monitor_poison"](message=func.QueueMessage(id="1", body="{}"))
    entry, *_ = world.ports.core.history.entries()
    assert (entry.kind, entry.key.split("/")[0]) == ("poison", "monitor-scenarios")


def test_posted_labels_are_known_at_once(functions: Functions, world: World) -> None:
    """And posting them again changes nothing."""
    rows = [line.split(",") for line in points_csv(40, seed=2).decode().split()[1:]]
    body = json.dumps({"data": [{"id": int(row[0]), "y": row[3]} for row in rows]}).encode()
    status, answer = post(functions, body)
    assert (status, answer["state"], answer["new"]) == (200, "done", 40)
    assert post(functions, body) == (status, answer)
    (quality,) = world.ports.monitoring.qualities.latest("points")
    assert (quality.state, quality.coverage, quality.verdict) == ("final", 1.0, "kept")


GOOD = b'[{"id": 1, "y": "yes"}]'


@pytest.mark.parametrize(
    ("body", "options", "status"),
    [
        (b"{", {}, 400),
        (b"[]", {}, 400),
        (b'[{"id": 1, "y": "perhaps"}]', {}, 400),
        (GOOD, {"scenario": "nothing"}, 404),
        (GOOD, {"kind": "text/csv"}, 415),
    ],
)
def test_bad_labels_are_refused_in_one_sentence(
    functions: Functions, world: World, body: bytes, options: dict[str, str], status: int
) -> None:
    """With the status that fits; nothing is known by them."""
    code, answer = post(functions, body, **options)
    assert (code, answer["status_code"]) == (status, status)
    assert answer["message"].endswith(".")
    assert world.ports.monitoring.qualities.latest("points") == [] or not any(
        one.labelled for one in world.ports.monitoring.qualities.latest("points")
    )
