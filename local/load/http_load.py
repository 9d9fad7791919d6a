"""A bounded load of one HTTP request over kept-alive connections, and its result."""

from __future__ import annotations

import asyncio
import math
import ssl
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from shared.core.errors import BadInput, Transient
from shared.core.wording import counted

MAX_CONCURRENCY = 256
MAX_SECONDS = 600.0
_PERCENTILES = (50, 90, 95, 99)
_GOOD = range(200, 300)
Progress = Callable[[float, int], None]


def percentile(times: Sequence[float], share: float) -> float:
    """The percentile of sorted times; NaN when there are none."""
    return times[min(len(times) - 1, math.ceil(share / 100 * len(times)) - 1)] if times else math.nan


@dataclass(frozen=True, slots=True)
class Target:
    """The request that is sent repeatedly."""

    url: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def message(self) -> bytes:
        """The request as it goes over the wire."""
        parts = urlsplit(self.url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"host": parts.netloc, "content-length": str(len(self.body)), **self.headers}
        lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + self.body


@dataclass(frozen=True, slots=True)
class LoadResult:
    """The result of a load: answers by status, broken connections, and sorted seconds of good answers."""

    seconds: float
    statuses: Mapping[int, int]
    broken: int
    times: Sequence[float]

    @property
    def requests(self) -> int:
        """All requests that were sent."""
        return sum(self.statuses.values()) + self.broken

    @property
    def errors(self) -> int:
        """Requests without a good answer."""
        return self.requests - len(self.times)

    @property
    def per_second(self) -> float:
        """Good answers a second."""
        return len(self.times) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Seconds within which `share` percent of the good answers came; NaN when there are none."""
        return percentile(self.times, share)

    def summary(self) -> Mapping[str, float | int | Mapping[str, int] | None]:
        """The numbers a report shows; times in milliseconds."""
        times = {f"p{share}_ms": _milliseconds(self.percentile(share)) for share in _PERCENTILES}
        return {
            "requests": self.requests,
            "errors": self.errors,
            "per_second": round(self.per_second, 1),
            **times,
            "max_ms": _milliseconds(self.times[-1] if self.times else math.nan),
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
        }


def _milliseconds(seconds: float) -> float | None:
    return None if math.isnan(seconds) else round(1000 * seconds, 3)


def load(
    target: Target, concurrency: int, seconds: float, progress: Progress = lambda _done, _count: None
) -> LoadResult:
    """Send the request over `concurrency` connections for so many seconds; BadInput for a load beyond the limits."""
    if not 1 <= concurrency <= MAX_CONCURRENCY:
        raise BadInput(f"A concurrency of {concurrency} is not accepted; accepted: 1 to {MAX_CONCURRENCY}.")
    if not 0 < seconds <= MAX_SECONDS:
        raise BadInput(
            f"A load of {counted(seconds, 'second')} is not accepted; accepted: more than 0, at most {MAX_SECONDS:g}."
        )
    check_url(target.url)
    if not all(_is_plain(value) for value in target.headers.values()):
        raise BadInput("The key has characters that no header takes; accepted: letters, digits and signs of ASCII.")
    return asyncio.run(_load(target, concurrency, seconds, progress))


def check_url(url: str) -> None:
    """BadInput for what is no URL of an app."""
    try:
        parts = urlsplit(url)
        # The port is read here: it may be no number.
        known = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        known = False
    if not known or not _is_plain(url) or " " in url:
        raise BadInput(f"{url[:80]!r} is no URL; accepted: http://… or https://….")


def _is_plain(text: str) -> bool:
    """Whether it can stand in the head of a request: a line end would begin another header."""
    return text.isascii() and text.isprintable()


async def _load(target: Target, concurrency: int, seconds: float, progress: Progress) -> LoadResult:
    statuses: Counter[int] = Counter()
    times: list[float] = []
    broken = 0
    began = time.perf_counter()
    end = began + seconds

    async def client() -> None:
        nonlocal broken
        message = target.message()
        while time.perf_counter() < end:
            try:
                async with asyncio.timeout(seconds + 30):
                    await _talk(target, message, end, statuses, times)
            except (OSError, asyncio.IncompleteReadError, ValueError):
                broken += 1
                # A server that does not answer gets a pause before the next request.
                await asyncio.sleep(0.05)

    async def watch() -> None:
        while (now := time.perf_counter()) < end:
            progress(min(1.0, (now - began) / seconds), len(times))
            await asyncio.sleep(0.1)

    await asyncio.gather(watch(), *(client() for _ in range(concurrency)))
    if not statuses:
        raise Transient(
            f"{target.url} did not answer: {counted(broken, 'connection')} failed. Is a host running there?"
        )
    return LoadResult(time.perf_counter() - began, statuses, broken, sorted(times))


async def _talk(target: Target, message: bytes, end: float, statuses: Counter[int], times: list[float]) -> None:
    """Send requests over one connection until the time is over or the server closes it."""
    parts = urlsplit(target.url)
    secure = ssl.create_default_context() if parts.scheme == "https" else None
    port = parts.port or (443 if secure else 80)
    reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=secure)
    try:
        while time.perf_counter() < end:
            started = time.perf_counter()
            writer.write(message)
            status, closes = await read_answer(reader)
            statuses[status] += 1
            if status in _GOOD:
                times.append(time.perf_counter() - started)
            if closes:
                return
    finally:
        writer.close()


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """The status of the answer that comes next, read to its end, and whether the connection ends with it."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length, closes = 0, b"connection: close" in head
    for line in head.split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line[15:])
        if line.startswith(b"transfer-encoding:"):
            # A chunked body ends with an empty chunk.
            while (size := int(await reader.readline(), 16)) > 0:
                await reader.readexactly(size + 2)
            await reader.readline()
            return int(head[9:12]), closes
    await reader.readexactly(length)
    return int(head[9:12]), closes
