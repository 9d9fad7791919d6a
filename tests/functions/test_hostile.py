"""What an ill-meaning caller sends: no answer is a 5xx, no event stops a worker, and nothing leaves its folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest
from azure_functions_runtime.bindings.out import Out
from called import functions_of
from hostile import GOOD, NAMES, bodies, forged
from world import World, blob_event, points_csv

from functions.app import create_app
from functions.names import HTTP
from shared import dispatch
from shared.core.errors import BadInput
from shared.core.ledger import ENDED

Functions = dict[str, Callable[..., Any]]
ROUTES = {route.function: route for route in HTTP}
PARAMETERS = {"scenario": "points", "model": "points", "id": "0" * 16, "run": "r", "name": "n", "version": "1"}
PARAMETERS |= {"page": "overview", "prediction": "1", "file": "docs.js"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Functions]]:
    """An app with a deployed model."""
    world = World(tmp_path_factory.mktemp("hostile") / "home")
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    world.trainer.silent = True
    app = create_app(lambda: world.ports)
    yield world, functions_of(app)
    world.close()


def ask(functions: Functions, function: str, body: bytes = b"", **parameters: str) -> func.HttpResponse:
    """Call the function as its route would, whatever the caller sent."""
    route = ROUTES[function]
    headers = {"content-type": "application/json"}
    asked = func.HttpRequest(
        method=route.method,
        url=f"/api/{route.path}",
        headers=headers,
        params={},
        route_params={**PARAMETERS, **parameters},
        body=body,
    )
    outputs = {"events": Out()} if function == "approve" else {}
    answer: func.HttpResponse = functions[function](req=asked, **outputs)
    return answer


@pytest.mark.fault(70, 71)
def test_no_body_is_a_server_error(served: tuple[World, Functions]) -> None:
    """Of more than 426 for the seven routes that take one: each is answered or refused in one sentence."""
    world, functions = served
    sent, wrong = 0, []
    for name in GOOD:
        for body in bodies(name):
            sent += 1
            answer = ask(functions, name, body)
            if answer.status_code >= 500 or b"Traceback" in answer.get_body():
                wrong.append((name, body[:80], answer.status_code, answer.get_body()[:200]))
            json.loads(answer.get_body())
    assert wrong == []
    assert sent >= 426
    assert ask(functions, "score", json.dumps(GOOD["score"]).encode()).status_code == 200
    assert world.ports.core.history.stuck(world.clock.now) == []


@pytest.mark.fault(76)
def test_no_name_in_a_path_is_a_server_error(served: tuple[World, Functions]) -> None:
    """35 names in the place of every parameter of every route: none is found, and none is answered with a 5xx."""
    _, functions = served
    assert len(set(NAMES)) >= 35
    wrong = []
    for name, route in ROUTES.items():
        for parameter in [one for one in PARAMETERS if f"{{{one}}}" in route.path]:
            for hostile in NAMES:
                answer = ask(functions, name, json.dumps(GOOD.get(name, {})).encode(), **{parameter: hostile})
                if not 400 <= answer.status_code < 500:
                    wrong.append((name, parameter, hostile, answer.status_code, answer.get_body()[:200]))
    assert wrong == []


@pytest.mark.fault(76)
def test_no_name_in_the_lake_leads_out_of_it(tmp_path: Path) -> None:
    """A name is refused, or kept as a file of the lake and worked off; nothing appears beside the home."""
    world = World(tmp_path / "home")
    for hostile in NAMES:
        path = f"incoming/points/{hostile}/points.csv"
        try:
            world.handle(world.land(path, points_csv(20)))
        except BadInput:
            world.handle(blob_event(path, "0x1", 5))
    world.sweep()
    assert [entry.name for entry in tmp_path.iterdir()] == ["home"]
    newest = {(one.kind, one.key): one.state for one in reversed(world.ports.core.history.entries(2000))}
    assert {state for (kind, _), state in newest.items() if kind == "blob"} <= ENDED
    world.close()


@pytest.mark.fault(7, 8, 76)
def test_no_forged_event_stops_a_worker(served: tuple[World, Functions]) -> None:
    """Each is recorded or does nothing: none raises, so none is tried again and again, and the next file is taken."""
    world, _ = served
    before = len(world.ports.datasets.versions.list())
    odd = ('{"scenario": "points", "window": "\\ud800"}', '{"scenario": "\\ud800\\u0000", "window": "w"}')
    for message in ("[" * 50_000, '{"scenario": ' * 50_000, "\ud800", '{"scenario": [], "window": {}}', *odd):
        dispatch.on_window(world.ports, message)
        dispatch.on_monitor(world.ports, message)
    for message in forged(blob_event("incoming/points/d1/points.csv", "0x1", 5)):
        dispatch.on_event(world.ports, message)
    assert len(world.ports.datasets.versions.list()) == before
    world.handle(world.land("incoming/points/d7/points.csv", points_csv(seed=7, first=7000)))
    assert len(world.ports.datasets.versions.list()) == before + 1


@pytest.mark.parametrize("prediction", ["9" * 5000, "²", "-1", "1" * 20, "0", "9" * 19])
def test_a_text_that_is_no_prediction_id_is_told(served: tuple[World, Functions], prediction: str) -> None:
    """However long: 400 with one sentence, which does not grow with it."""
    answer = ask(served[1], "trace", prediction=prediction)
    assert (answer.status_code, len(answer.get_body()) < 1000) == (400, True)
