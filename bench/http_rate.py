"""An open-loop load: requests leave at a constant rate, whether or not the answers to earlier ones have come."""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from local.load.http_load import Target, read_answer

CONNECTIONS = 64
_PATIENCE = 30
_GOOD = 200


@dataclass(frozen=True, slots=True)
class RateResult:
    """Sorted seconds: from when a request was due to its answer, and by which who asks was late itself; errors."""

    times: list[float]
    late: list[float]
    errors: int


def at_rate(target: Target, rate: float, seconds: float) -> RateResult:
    """Send `rate` requests a second, evenly spaced. Waiting for a free connection counts as the server's time."""
    return asyncio.run(_at_rate(target, rate, seconds))


async def _at_rate(target: Target, rate: float, seconds: float) -> RateResult:
    count = max(1, int(rate * seconds))
    message, parts = target.message(), urlsplit(target.url)
    opened = [await asyncio.open_connection(parts.hostname, parts.port) for _ in range(CONNECTIONS)]
    turns = iter(range(count))
    began = time.perf_counter() + 0.05
    times: list[float] = []
    late: list[float] = []

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for turn in turns:
            due = began + turn / rate
            wait = due - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
                # Only of who was free in time: the rest is the server's.
                late.append(time.perf_counter() - due)
            writer.write(message)
            status, _ = await read_answer(reader)
            if status == _GOOD:
                times.append(time.perf_counter() - due)

    async with asyncio.timeout(seconds + _PATIENCE):
        ended = await asyncio.gather(*(client(*one) for one in opened), return_exceptions=True)
    for _, writer in opened:
        writer.close()
    unexpected = [one for one in ended if isinstance(one, BaseException) and not isinstance(one, (OSError, EOFError))]
    if unexpected:
        raise unexpected[0]
    return RateResult(sorted(times), sorted(late), count - len(times))
