"""Sends the head and the body of an answer in one write, because each write lets every other thread run first."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.h11_impl import H11Protocol


class CoalescedHttp(H11Protocol):
    """Uvicorn's protocol, on a transport that coalesces the writes of one turn of the loop."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in the base class
        """Wrap the transport of a new connection."""
        super().connection_made(cast("asyncio.Transport", _CoalescingTransport(transport)))


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
