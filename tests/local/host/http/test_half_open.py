"""Requests that are half open end after a time, and keep nobody from an answer meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from host_parts import HandClock, ScriptedWorker, database, function, invocations, queues, run
from uvicorn.server import ServerState

from local.host.database import HostDatabase
from local.host.host_options import HostOptions, QueueOptions
from local.host.http.coalesced_http import CoalescedHttp
from local.host.http.keys import KeyFile, load_keys
from local.host.http.route_cache import RouteCache
from local.host.http.topic import Topic
from local.host.http.webhook import Webhook
from local.host.http.webserver import WebServer

FUNCTIONS = [
    function("health", "httpTrigger", authLevel="anonymous", methods=["GET"], route="health"),
    function("score", "httpTrigger", authLevel="anonymous", methods=["POST"], route="score"),
]
Make = Callable[[float], RouteCache]


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[HostDatabase]:
    """The host's memory, closed at the end."""
    opened = database(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def make(tmp_path: Path, memory: HostDatabase) -> Make:
    """The web application of a host that works on one request at a time and lets no other wait."""
    keys = load_keys(tmp_path)
    calls = invocations(ScriptedWorker(), queues(memory, HandClock()))
    options = HostOptions(QueueOptions(), max_concurrent_requests=1, max_outstanding_requests=1)

    def made(seconds: float) -> RouteCache:
        return WebServer(
            KeyFile(tmp_path),
            calls,
            Webhook([], keys, calls),
            options,
            {},
            own_topic=Topic(keys, lambda _: None),
            fire=lambda _: None,
            idle=lambda: True,
            body_seconds=seconds,
        ).application(FUNCTIONS)

    return made


async def status(app: RouteCache, method: str, path: str, receive: Any, length: str = "0") -> int:
    """The status of the answer to one request whose body comes from `receive`."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"content-length", length.encode())]
    facts = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b""}
    more = {"headers": headers, "scheme": "http", "server": ("127.0.0.1", 1), "http_version": "1.1", "root_path": ""}
    await app({**facts, **more}, receive, send)
    return int(sent[0]["status"])


async def nothing_more() -> dict[str, Any]:
    """A body without a byte."""
    return {"type": "http.request", "body": b"", "more_body": False}


def test_a_body_that_does_not_come_is_408(make: Make) -> None:
    """After its time, whatever came before."""

    async def never() -> Any:
        await asyncio.Event().wait()

    async def work() -> None:
        assert await status(make(0.01), "POST", "/api/score", never, "10") == 408

    run(work())


def test_health_answers_while_bodies_do_not_come(make: Make) -> None:
    """A half-open request has no place among those that work; a second one is refused at once."""

    async def work() -> None:
        app, waits, rest = make(60), asyncio.Event(), asyncio.Event()

        async def half() -> dict[str, Any]:
            waits.set()
            await rest.wait()
            return await nothing_more()

        open_one = asyncio.ensure_future(status(app, "POST", "/api/score", half, "10"))
        await waits.wait()
        assert await status(app, "GET", "/api/health", nothing_more) == 204
        assert await status(app, "POST", "/api/score", half, "10") == 429
        rest.set()
        assert await open_one == 204

    run(work())


@pytest.mark.parametrize("sent", [b"", b"GET /api/health HTTP/1.1\r\nHost: a\r\nX-Slow", b"%sGET / HT"])
def test_a_head_that_does_not_come_closes_the_connection(make: Make, sent: bytes) -> None:
    """Before the first request, and after one that was answered."""

    class Impatient(CoalescedHttp):
        head_seconds = 0.01

    async def work() -> None:
        config, state = uvicorn.Config(make(60), log_config=None), ServerState()
        config.load()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Impatient(config, state, {}), "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(sent % b"GET /api/health HTTP/1.1\r\nHost: a\r\n\r\n" if b"%s" in sent else sent)
        answers = await reader.read()
        assert answers.count(b"HTTP/1.1 204") == sent.count(b"%s")
        writer.close()
        server.close()
        await server.wait_closed()

    run(work())
