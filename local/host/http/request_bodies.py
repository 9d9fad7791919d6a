"""Bodies of requests: read when somebody asks for them, dropped when nobody does, each with a largest size."""

from __future__ import annotations

import asyncio

from local.host.http.heads import Head
from local.host.http.messages import Limits, NotReceived

_PART = 1 << 16
# What nobody asked for is dropped for so long.
_SKIP_SECONDS = 5.0


class RequestBody:
    """The body of one request: read when it is asked for, skipped when it is not."""

    def __init__(self, head: Head, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limits: Limits) -> None:
        self._head = head
        self._reader = reader
        self._writer = writer
        self._limit = limits.body_bytes
        self.is_empty = head.length == 0
        self.broken = False
        self._read = self.is_empty

    async def read(self) -> bytes:
        """The whole body; NotReceived when it is too large."""
        self._check(self._head.length or 0)
        if self._head.headers.get("expect", "").lower() == "100-continue":
            self._writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._read = True
        if self._head.length is not None:
            return await self._reader.readexactly(self._head.length)
        return await self._chunks()

    async def _chunks(self) -> bytes:
        parts: list[bytes] = []
        size = 0
        while part := await self._chunk():
            size += len(part)
            self._check(size)
            parts.append(part)
        return b"".join(parts)

    async def _chunk(self) -> bytes:
        line = (await self._reader.readuntil(b"\n")).partition(b";")[0].strip()
        try:
            size = int(line, 16)
        except ValueError:
            self.broken = True
            raise NotReceived(400, "the body is not in chunks") from None
        self._check(size)
        part = await self._reader.readexactly(size) if size else b""
        while (await self._reader.readuntil(b"\n")).strip() and not size:
            pass
        return part

    def _check(self, size: int) -> None:
        if size > self._limit:
            self.broken = True
            raise NotReceived(500, f"the body is larger than {self._limit:,} bytes")

    async def skip(self) -> bool:
        """Read and drop what was not asked for; whether the next request can be found after it."""
        if self._read or self.broken:
            return not self.broken
        if self._head.headers.get("expect"):
            return False
        try:
            async with asyncio.timeout(_SKIP_SECONDS):
                await (self._drop(self._head.length) if self._head.length is not None else self._chunks())
        except (NotReceived, TimeoutError, asyncio.LimitOverrunError):
            return False
        return True

    async def _drop(self, size: int) -> None:
        while size:
            part = await self._reader.readexactly(min(size, _PART))
            size -= len(part)
