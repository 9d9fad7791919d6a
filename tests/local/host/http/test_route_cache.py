"""A cached path is answered as before, whatever other requests come."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.host.http.route_cache import RouteCache

Ask = Callable[[str, str], tuple[int, Any]]


@pytest.fixture
def ask() -> Ask:
    """Asks an application with a fixed path before a parameter in the same place: status and parameters."""

    async def told(request: Request) -> Response:
        return JSONResponse(request.path_params)

    routes = [
        Route("/score/fixed", told, methods=["POST"]),
        Route("/score/{name}", told, methods=["POST"]),
        Route("/score/{name}/{number:int}", told, methods=["GET"]),
    ]
    application = RouteCache(Starlette(routes=routes))

    async def answer(method: str, path: str) -> tuple[int, Any]:
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": []}
        await application(scope, receive, send)
        body = b"".join(message.get("body", b"") for message in sent)
        return sent[0]["status"], json.loads(body) if sent[0]["status"] == 200 else None

    return lambda method, path: asyncio.run(answer(method, path))


def test_each_path_keeps_its_own_parameters(ask: Ask) -> None:
    """Each path of a route keeps its parameters, at the first request and later."""
    for _ in range(3):
        for name in ("a", "b"):
            assert ask("POST", f"/score/{name}") == (200, {"name": name})
        assert ask("POST", "/score/fixed") == (200, {})
        assert ask("GET", "/score/a/7") == (200, {"name": "a", "number": 7})


def test_what_is_not_served_is_refused_every_time(ask: Ask) -> None:
    """A method or a path that is not served is refused, although its neighbour is known."""
    for _ in range(3):
        assert ask("POST", "/score/a")[0] == 200
        assert ask("PUT", "/score/a")[0] == 405
        assert ask("POST", "/score/a/7")[0] == 405
        assert ask("GET", "/score/a/b")[0] == 404


def test_more_paths_than_the_cache_holds_are_answered(ask: Ask) -> None:
    """Callers choose parameters: however many they send, each is answered with its own."""
    for turn in range(600):
        assert ask("POST", f"/score/{turn}") == (200, {"name": str(turn)})
