"""Requests that are half open end after a time, and keep nobody from an answer meanwhile."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from host_parts import HandClock, ScriptedWorker, database, function, invocations, queues, run_in_real_time

from local.host.database import HostDatabase
from local.host.host_options import HostOptions, QueueOptions
from local.host.http.admin import Admin
from local.host.http.http_server import HttpServer
from local.host.http.key_file import KeyFile
from local.host.http.messages import Limits
from local.host.http.topic import Topic
from local.host.http.webhook import Webhook
from local.host.http.webserver import WebServer
from local.host.protocol import Record
from local.host.worker import Outcome

FUNCTIONS = [
    function("health", "httpTrigger", authLevel="anonymous", methods=["GET"], route="health"),
    function("score", "httpTrigger", authLevel="anonymous", methods=["POST"], route="score"),
]
HEALTH = b"GET /api/health HTTP/1.1\r\nHost: a\r\n\r\n"
SCORE = b"POST /api/score HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n"
ANSWER = Record(http=Record(status_code="204", headers={}, cookies=(), body=None))


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[HostDatabase]:
    """The host's memory, closed at the end."""
    opened = database(tmp_path)
    yield opened
    opened.close()


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Bench:
    """A server that works on one request at a time and lets no other wait."""

    def __init__(self, home: Path, memory: HostDatabase) -> None:
        worker = ScriptedWorker(then=Outcome(ok=True, value=ANSWER))
        self._calls = invocations(worker, queues(memory, HandClock()))
        self._keys = KeyFile(home)

    @asynccontextmanager
    async def up(self, limits: Limits) -> AsyncIterator[int]:
        """The port of the server while the block runs."""
        options = HostOptions(QueueOptions(), max_concurrent_requests=1, max_outstanding_requests=1)
        web = WebServer(
            FUNCTIONS,
            self._keys,
            self._calls,
            options,
            hook=Webhook([], self._calls),
            own_topic=Topic(self._keys, lambda _: None),
            admin=Admin(FUNCTIONS, self._keys, run=lambda *_: None),
        )
        server = HttpServer(web.answer, limits)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            await server.start(listener)
            try:
                yield listener.getsockname()[1]
            finally:
                await server.stop(300)


@pytest.fixture
def bench(tmp_path: Path, memory: HostDatabase) -> Bench:
    """A bench on a home of its own."""
    return Bench(tmp_path, memory)


async def status(port: int, sent: bytes) -> int:
    """The status of the answer to these bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    line = await reader.readline()
    writer.close()
    return int(line.split()[1])


def test_a_body_that_does_not_come_is_408(bench: Bench) -> None:
    """After its time, whatever came before."""

    async def work() -> None:
        async with bench.up(Limits(body_seconds=0.01)) as port:
            assert await status(port, SCORE + b"half") == 408

    run_in_real_time(work())


def test_health_answers_while_bodies_do_not_come(bench: Bench) -> None:
    """A half-open request has no place among those that work; a second one is refused at once."""

    async def work() -> None:
        async with bench.up(Limits(bodies=1)) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(SCORE + b"half")
            # The body is awaited once the server has asked for it.
            while await status(port, SCORE) != 429:
                pass
            assert await status(port, HEALTH) == 204
            writer.write(b"a body")
            assert (await reader.readline()).startswith(b"HTTP/1.1 204")
            writer.close()

    run_in_real_time(work())


@pytest.mark.parametrize("sent", [b"", b"GET /api/health HTTP/1.1\r\nHost: a\r\nX-Slow", HEALTH + b"GET / HT"])
def test_a_head_that_does_not_come_closes_the_connection(bench: Bench, sent: bytes) -> None:
    """Before the first request, and after one that was answered."""

    async def work() -> None:
        async with bench.up(Limits(head_seconds=0.2)) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent)
            answers = await reader.read()
            assert answers.count(b"HTTP/1.1 204") == sent.count(HEALTH)
            writer.close()

    run_in_real_time(work())


def test_a_request_that_was_read_is_answered_while_the_server_stops(bench: Bench) -> None:
    """Idle connections end at once, the one at work when it has its answer, and no other is taken."""

    async def work() -> None:
        async with bench.up(Limits()) as port:
            idle, idle_writer = await asyncio.open_connection("127.0.0.1", port)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(SCORE[:-4] + b"\r\nExpect: 100-continue\r\n\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.1 100")
            writer.write(b"0123456789")
        assert b"HTTP/1.1 204" in await reader.read()
        assert await idle.read() == b""
        for one in (writer, idle_writer):
            one.close()

    run_in_real_time(work())
