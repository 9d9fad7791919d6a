"""Bodies of requests: each has a largest size and a deadline, and one that does not come keeps nobody's place."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from starlette.requests import ClientDisconnect, Request

from shared.core.errors import Misconfigured

BODY_LIMIT = "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"
# A request that is half open ends after this time.
BODY_SECONDS = 30.0
_DEFAULT_BODY_LIMIT = 100 * 1024 * 1024


class NotReceived(Exception):
    """There is no whole body; `status` says whose fault that is."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class BodyReader:
    """Reads whole bodies, at most so many at once."""

    def __init__(self, settings: Mapping[str, str], most: int, seconds: float = BODY_SECONDS) -> None:
        self._limit = _body_limit(settings)
        self._most = most
        self._seconds = seconds
        self._receiving = 0

    async def read(self, request: Request) -> bytes:
        """The body; NotReceived when it is too large, too late, cut short, or one too many."""
        if not _has_body(request):
            return b""
        if self._receiving >= self._most:
            raise NotReceived(429, "Too many requests are waiting for their bodies.")
        self._receiving += 1
        try:
            async with asyncio.timeout(self._seconds):
                return await self._whole(request)
        except TimeoutError:
            raise NotReceived(408, f"The body did not come within {self._seconds:g} s.") from None
        except ClientDisconnect:
            raise NotReceived(400, "The caller hung up before the end of the body.") from None
        finally:
            self._receiving -= 1

    async def _whole(self, request: Request) -> bytes:
        length = request.headers.get("content-length", "")
        parts, size = [], int(length) if length.isdecimal() and int(length) > self._limit else 0
        self._check(size)
        async for part in request.stream():
            size += len(part)
            self._check(size)
            parts.append(part)
        return b"".join(parts)

    def _check(self, size: int) -> None:
        if size > self._limit:
            raise NotReceived(413, f"The body is too large; accepted: {self._limit:,} bytes.")


def _has_body(request: Request) -> bool:
    return request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers


def _body_limit(settings: Mapping[str, str]) -> int:
    text = settings.get(BODY_LIMIT) or str(_DEFAULT_BODY_LIMIT)
    if not text.isdecimal() or int(text) < 1:
        raise Misconfigured(BODY_LIMIT, f"is {text!r}", "a number of bytes of at least 1")
    return int(text)
