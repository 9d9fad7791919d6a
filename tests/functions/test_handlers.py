"""The functions, called as the worker library calls them, over real ports."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import azure.functions as func
import pytest
from azure.functions.eventgrid import EventGridEventInConverter
from azure.functions.meta import Datum
from azure_functions_runtime.bindings.out import Out
from called import Functions, functions_of
from world import World, blob_event, points_csv

from functions.app import create_app
from shared.operations.views import view

ON_TIME = SimpleNamespace(past_due=False)


@pytest.fixture
def functions(world: World) -> Functions:
    """Every function of the app by name."""
    return functions_of(create_app(lambda: world.ports))


def event_of(raw: str) -> Any:
    """The event as the worker library hands it to a function, whichever schema it has."""
    return EventGridEventInConverter.decode(Datum(raw, "json"), trigger_metadata=None)


def message(body: str) -> func.QueueMessage:
    """A queue message."""
    return func.QueueMessage(id="1", body=body)


def work(functions: Functions, world: World, raw: str) -> None:
    """An event through intake, its worker, and whatever follows from it."""
    out = Out()
    functions["data_event"](event=event_of(raw), message=out)
    worked(functions, *out.get(), "ingest")
    for delivered in world.delivered():
        out = Out()
        functions["model_event"](event=event_of(delivered), message=out)
        worked(functions, *out.get(), "deploy")


def worked(functions: Functions, body: str, worker: str) -> None:
    """One message through its worker, and the windows that became due by it."""
    windows, outputs = Out(), {"models": Out()} if worker == "ingest" else {}
    functions[worker](message=message(body), windows=windows, **outputs)
    for window in windows.get():
        functions["predict_window"](message=message(window), windows=Out())


def landed(world: World, area: str, content: bytes) -> str:
    """A blob and its event in Event Grid schema."""
    return world.land(f"{area}/points/d1/points.csv", content)


def request(body: Any, *, scenario: str = "points", **headers: str) -> func.HttpRequest:
    """A scoring request."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return func.HttpRequest(
        method="POST",
        url=f"/api/score/{scenario}",
        headers={"content-type": "application/json", **headers},
        route_params={"scenario": scenario},
        body=content,
    )


def test_events_lead_from_a_file_to_predictions(functions: Functions, world: World) -> None:
    """Intake, ingest, deploy and scoring, each by its own function."""
    work(functions, world, landed(world, "incoming", points_csv()))
    work(functions, world, landed(world, "scoring", points_csv(8, labelled=False)))
    assert [commit.rows for commit in world.ports.prediction.predictions.commits()] == [8]


def test_timers_find_what_no_event_told(functions: Functions, world: World) -> None:
    """The sweeps put the missed blob and the unjudged model on their queues; the plan puts the window on its own.

    Retention finds nothing old.
    """
    landed(world, "incoming", points_csv())
    events, models = Out(), Out()
    functions["reconcile"](timer=ON_TIME, events=events)
    (missed,) = events.get()
    worked(functions, missed, "ingest")
    functions["reconcile_releases"](timer=ON_TIME, models=models)
    (unjudged,) = models.get()
    worked(functions, unjudged, "deploy")
    landed(world, "scoring", points_csv(8, labelled=False))
    windows = Out()
    functions["plan_windows"](timer=ON_TIME, windows=windows)
    assert [json.loads(one)["scenario"] for one in windows.get()] == ["points"]
    functions["retain"](timer=ON_TIME)
    fired = {one.name: one.fired for one in world.ports.monitoring.scorecards.heartbeats()}
    assert fired == {"reconcile": 1, "reconcile_releases": 1, "plan_windows": 1, "retain": 1}


@pytest.mark.parametrize("name", ["data_poison", "model_poison", "window_poison"])
@pytest.mark.fault(16)
def test_poison_is_recorded_with_its_queue(functions: Functions, world: World, name: str) -> None:
    """What was given up is told by history, bytes that are no text included."""
    functions[name](message=func.QueueMessage(id="1", body=b"\xff bad"))
    entry, *_ = world.ports.core.history.entries()
    assert (entry.kind, entry.state) == ("poison", "failed")


def test_intake_keeps_either_schema(functions: Functions) -> None:
    """The queue holds one CloudEvent, with the data as it came."""
    grid = json.loads(blob_event("incoming/points/d/points.csv", "0x1", 5))
    cloud = {
        "specversion": "1.0",
        "id": grid["id"],
        "type": grid["eventType"],
        "source": grid["topic"],
        "subject": grid["subject"],
        "data": grid["data"],
    }
    bodies = []
    for raw in (grid, cloud):
        out = Out()
        functions["data_event"](event=event_of(json.dumps(raw)), message=out)
        (body,) = out.get()
        bodies.append(json.loads(body))
    assert bodies[0] == bodies[1] == cloud


def test_a_request_is_answered_by_the_current_model(functions: Functions, world: World) -> None:
    """Both accepted shapes, with the model and generation in headers."""
    work(functions, world, landed(world, "incoming", points_csv()))
    rows = [{"id": 1, "x": 2.0, "color": "red"}, {"x": -2.0, "color": "blue"}]
    answered = functions["score"](req=request({"Inputs": {"data": rows}}))
    assert answered.status_code == 200
    assert json.loads(answered.get_body()) == {"Results": ["yes", "no"]}
    assert (answered.headers["x-model"], answered.headers["x-generation"]) == ("points:1", "1")
    assert len(answered.headers["x-request-id"]) == 32
    legacy = functions["score"](req=request({"data": rows}))
    assert json.loads(json.loads(legacy.get_body())) == {"result": ["yes", "no"]}
    method = {"Inputs": {"data": rows}, "GlobalParameters": {"method": "predict_proba"}}
    shares = json.loads(functions["score"](req=request(method)).get_body())["Results"]
    assert [len(row) for row in shares] == [2, 2]
    assert all(sum(row) == pytest.approx(1, abs=1e-5) for row in shares)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b'{"data": NaN}', "not JSON"),
        (b"[" * 5000, "not JSON"),
        ([], "not a JSON object"),
        ({}, "data"),
        ({"data": []}, "at least one row"),
        ({"data": [3]}, "Row 1"),
        ({"data": [{"x": 1.0}] * 1001}, "at most 1000"),
        ({"data": [{"x": 1.0}]}, "color"),
        ({"data": [{"x": "1", "color": "red"}]}, "x"),
        ({"data": [{"x": True, "color": "red"}]}, "x"),
        ({"data": [{"x": 1.0, "color": 3}]}, "color"),
        ({"data": [{"x": 1.0, "color": "red", "y": "no"}]}, "y"),
        ({"Inputs": 3}, "Inputs"),
        ({"Inputs": {"data": [{"x": 1.0, "color": "red"}]}, "GlobalParameters": {"method": "fit"}}, "predict"),
    ],
)
def test_a_bad_request_gets_400_and_a_sentence(functions: Functions, world: World, body: Any, words: str) -> None:
    """What was wrong, where, and what would be accepted."""
    work(functions, world, landed(world, "incoming", points_csv()))
    answered = functions["score"](req=request(body))
    told = json.loads(answered.get_body())
    assert answered.status_code == told["status_code"] == 400
    assert answered.mimetype == "application/problem+json"
    assert words in told["message"]


def test_other_refusals_have_their_status(functions: Functions, world: World) -> None:
    """No model yet, no such scenario, another content type, too many bytes."""
    row = {"data": [{"x": 1.0, "color": "red"}]}
    assert functions["score"](req=request(row)).status_code == 404
    assert functions["score"](req=request(row, scenario="none")).status_code == 404
    work(functions, world, landed(world, "incoming", points_csv()))
    assert functions["score"](req=request(row, **{"content-type": "text/csv"})).status_code == 415
    # The host hands a body that comes in chunks on empty.
    chunked = functions["score"](req=request(b"", **{"transfer-encoding": "chunked"}))
    assert (chunked.status_code, b"Content-Length" in chunked.get_body()) == (411, True)
    assert functions["score"](req=request(b" " * (5 * 1024 * 1024 + 1))).status_code == 413


def test_health_and_status_answer(functions: Functions) -> None:
    """Health says that the app answers; status says what there is."""
    assert json.loads(functions["health"](req=request({})).get_body()) == {"status": "healthy"}
    told = json.loads(functions["status"](req=request({})).get_body())
    assert told["scenarios"]["points"]["generation"] == 0


def test_sweeps_that_stopped_make_the_app_unhealthy(tmp_path: Path) -> None:
    """Both probes name the timer, the dashboard has a banner, the next sweep ends it, and counts poison."""
    world = World(tmp_path, RECONCILE_SCHEDULE="*/20 * * * * *")
    functions = functions_of(create_app(lambda: world.ports))
    for name, output in (("reconcile", "events"), ("reconcile_releases", "models")):
        functions[name](timer=ON_TIME, **{output: Out()})
    assert functions["health"](req=request({})).status_code == 200
    assert functions["v2_ready"](req=request({})).status_code == 200
    world.clock.advance(minutes=10)
    functions["reconcile_releases"](timer=ON_TIME, models=Out())
    reason = "The timer reconcile fired last at 2026-03-01 12:00:00 UTC; its schedule is '*/20 * * * * *'."
    sick, unready = functions["health"](req=request({})), functions["v2_ready"](req=request({}))
    assert (sick.status_code, json.loads(sick.get_body())) == (503, {"status": "unhealthy", "reason": reason})
    assert (unready.status_code, json.loads(unready.get_body())) == (503, {"error": reason})
    assert view(world.ports, "overview", {})["late_timers"] == [reason]
    functions["reconcile"](timer=ON_TIME, events=Out())
    assert functions["health"](req=request({})).status_code == 200
    functions["data_poison"](message=message("broken"))
    assert json.loads(functions["health"](req=request({})).get_body()) == {"status": "healthy"}
    functions["reconcile"](timer=ON_TIME, events=Out())
    told = functions["health"](req=request({}))
    assert (told.status_code, json.loads(told.get_body())) == (200, {"status": "healthy", "poison": 1})
    assert view(world.ports, "overview", {})["poison"] == ["The queue gave this message up: broken"]


def test_a_lake_that_is_away_is_no_fault_of_the_caller(functions: Functions, world: World) -> None:
    """Not ready and 503, never 404 as if nothing had been deployed; it answers when the lake is back."""
    work(functions, world, landed(world, "incoming", points_csv()))
    row = {"data": [{"x": 1.0, "color": "red"}]}
    lake, away = world.home / "lake", world.home / "unmounted"
    lake.rename(away)
    started = functions_of(create_app(lambda: world.ports))
    assert started["v2_ready"](req=request({})).status_code == 503
    told = started["score"](req=request(row))
    assert (told.status_code, "points" in json.loads(told.get_body())["message"]) == (503, True)
    lake.mkdir()
    assert started["score"](req=request(row)).status_code == 503
    lake.rmdir()
    away.rename(lake)
    assert started["v2_ready"](req=request({})).status_code == 200
    assert started["score"](req=request(row)).status_code == 200


@pytest.mark.fault(65)
def test_the_previous_generation_answers_when_the_current_one_is_broken(functions: Functions, world: World) -> None:
    """A damaged model file is never loaded; what served before goes on, and history says so."""
    world.trainer.weight = 0.02
    work(functions, world, landed(world, "incoming", points_csv()))
    world.trainer.weight = 3.0
    work(functions, world, world.land("incoming/points/d2/points.csv", points_csv(seed=5)))
    current = world.ports.release.deployments.current("points")
    assert current is not None
    assert current.version == 2
    model = world.home / "lake" / "models" / "points" / "2" / "model.onnx"
    content = bytearray(model.read_bytes())
    content[100] ^= 1
    model.write_bytes(content)
    answered = functions["score"](req=request({"data": [{"x": 2.0, "color": "red"}]}))
    assert (answered.status_code, answered.headers["x-generation"]) == (200, "1")
    assert any(entry.kind == "serving" and entry.state == "failed" for entry in world.ports.core.history.entries())
