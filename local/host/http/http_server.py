"""The web server: connections, bodies, and the order of requests on a connection."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import cast

from local.host.http.deadlines import Deadline
from local.host.http.heads import MOST_HEADERS, MOST_LINE, Head, Refused, read_head
from local.host.http.messages import Answer, Limits, NotReceived, Request
from local.host.http.request_bodies import RequestBody
from local.host.http.wire import Unsendable, wire

log = logging.getLogger("mlops.host")
Application = Callable[[Request], Awaitable[Answer]]
_ENDS = (b"\r\n\r\n", b"\n\n")
# What a caller still sends after its answer is read and dropped for so long.
_LINGER_SECONDS = 5.0
_PART = 1 << 16


class HttpServer:
    """Serves an application on one listening socket."""

    def __init__(self, application: Application, limits: Limits) -> None:
        self._application = application
        self._limits = limits
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._at_work: set[asyncio.Task[None]] = set()
        self._receiving = 0
        self._stopping = False
        self._server: asyncio.Server | None = None

    async def start(self, listener: socket.socket) -> None:
        """Return when connections are accepted."""
        listener.setblocking(False)  # noqa: FBT003 - a socket takes it so
        limit = MOST_LINE + MOST_HEADERS + 4096
        self._server = await asyncio.start_server(self._connected, sock=listener, limit=limit)

    async def stop(self, seconds: float) -> None:
        """Take no more connections, let requests that were read be answered within `seconds`, and close the rest."""
        self._stopping = True
        if self._server is not None:
            self._server.close()
        for task, writer in list(self._connections.items()):
            if task not in self._at_work:
                writer.transport.abort()
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=seconds)
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._connections[task] = writer
        deadline = Deadline()
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, TimeoutError):
                while await self._exchange(task, reader, writer, deadline) and not self._stopping:
                    pass
        finally:
            deadline.close()
            self._at_work.discard(task)
            del self._connections[task]
            writer.close()

    async def _exchange(
        self,
        task: asyncio.Task[None],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        deadline: Deadline,
    ) -> bool:
        """Read one request and answer it; whether the connection goes on."""
        try:
            head = await self._head(reader, deadline)
        except Refused as refused:
            writer.write(wire(Answer(refused.status), close=True)[0])
            await _linger(reader, writer)
            return False
        self._at_work.add(task)
        body = RequestBody(head, reader, writer, self._limits)
        goes_on = await self._answer(head, body, writer, deadline)
        self._at_work.discard(task)
        if not goes_on or not await body.skip():
            await _linger(reader, writer)
            return False
        return True

    async def _head(self, reader: asyncio.StreamReader, deadline: Deadline) -> Head:
        try:
            with deadline.within(self._limits.head_seconds):
                data = await reader.readuntil(_ENDS)
                while not data.strip(b"\r\n"):
                    data = await reader.readuntil(_ENDS)
        except asyncio.LimitOverrunError:
            line = await reader.read(MOST_LINE + 2)
            raise Refused(431 if b"\n" in line else 414) from None
        return read_head(data)

    async def _answer(self, head: Head, body: RequestBody, writer: asyncio.StreamWriter, deadline: Deadline) -> bool:
        async def read_body() -> bytes:
            return await self._receive(body, deadline)

        request = Request(head.method, head.path, head.query, head.headers, head.first, read_body)
        answer = await self._application(request)
        close = head.closes or self._stopping or body.broken
        try:
            data, goes_on = wire(answer, method=head.method, modern=head.modern, close=close)
        except Unsendable as fault:
            log.warning("%s %s: the function's answer cannot be sent: %s", head.method, head.path, fault)
            data, goes_on = wire(Answer(500), method=head.method, modern=head.modern, close=close)
        writer.write(data)
        await writer.drain()
        return goes_on and not close

    async def _receive(self, body: RequestBody, deadline: Deadline) -> bytes:
        if body.is_empty:
            return b""
        if self._receiving >= self._limits.bodies:
            raise NotReceived(429, "too many requests are waiting for their bodies")
        self._receiving += 1
        try:
            with deadline.within(self._limits.body_seconds):
                return await body.read()
        except TimeoutError:
            body.broken = True
            raise NotReceived(408, f"the body did not come within {self._limits.body_seconds:g} s") from None
        except asyncio.IncompleteReadError:
            body.broken = True
            raise NotReceived(400, "the caller hung up before the end of the body") from None
        finally:
            self._receiving -= 1


async def _linger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Close this side and drop what still comes: closing at once could destroy an answer that is on its way."""
    with suppress(OSError, RuntimeError, TimeoutError):
        if writer.can_write_eof():
            writer.write_eof()
        async with asyncio.timeout(_LINGER_SECONDS):
            while await reader.read(_PART):
                pass
