"""Sends the head and the body of an answer in one write, because each write lets every other thread run first.

A connection on which no whole head of a request comes in time is closed.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 30.0


class CoalescedHttp(H11Protocol):
    """Uvicorn's protocol, on a transport that coalesces the writes of one turn of the loop."""

    head_seconds = HEAD_SECONDS
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in the base class
        """Wrap the transport of a new connection."""
        super().connection_made(cast("asyncio.Transport", _CoalescingTransport(transport)))
        self._watch_head()

    def data_received(self, data: bytes) -> None:
        """As the base class; the deadline holds while a head is incomplete."""
        super().data_received(data)
        self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """As the base class, without the deadline."""
        self._end_watch()
        super().connection_lost(exc)

    def _watch_head(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._end_watch()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self.head_seconds, self.transport.close)

    def _end_watch(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class _CoalescingTransport:
    """A transport whose writes wait for the end of the loop's turn; all else is passed on."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Queue the bytes for the end of this turn."""
        if not self._parts:
            self._loop.call_soon(self._flush)
        self._parts.append(data)

    def close(self) -> None:
        """Send the queued bytes, then close."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._parts and not self._transport.is_closing():
            self._transport.write(b"".join(self._parts))
        self._parts.clear()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
