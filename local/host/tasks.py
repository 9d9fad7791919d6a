"""Background tasks of the host, and its loops."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import suppress
from typing import Any

from local.host.wake_signal import WakeSignal
from shared.core.errors import Fault, Transient

log = logging.getLogger("mlops.host")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 10.0


class Tasks:
    """Keeps running tasks until they end, so that none is lost and every failure is logged."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Start the work now."""
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("Internal error of the host", exc_info=task.exception())

    def busy(self) -> bool:
        """Whether a task runs."""
        return bool(self._running)

    async def finish(self, seconds: float) -> None:
        """Wait for all tasks, at most `seconds`, then cancel the rest."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        late = list(self._running)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


class Later:
    """Work that begins after some seconds, unless it is ended before: most never begins, and costs no task."""

    def __init__(self, seconds: float, work: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self._work = work
        self._task: asyncio.Task[Any] | None = None
        self._timer = asyncio.get_running_loop().call_later(seconds, self._begin)

    def _begin(self) -> None:
        self._task = asyncio.ensure_future(self._work())

    async def end(self) -> None:
        """Let it not begin, or cancel it and wait until it has ended."""
        self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task


async def repeat(wake: WakeSignal, step: Callable[[], float]) -> None:
    """Call `step` in a loop: it starts due work and returns the seconds until more is due.

    After a failure it pauses, longer each time, and nothing wakes it: a full disk makes no hot loop.
    """
    pauses = _pauses()
    while True:
        try:
            delay = step()
        except Exception as error:  # noqa: BLE001 -- a loop that ends would be a host that hangs
            _tell(error)
            await asyncio.sleep(next(pauses))
            continue
        pauses = _pauses()
        await wake.wait(delay)


async def until_written[Result](write: Callable[[], Awaitable[Result]]) -> Result:
    """Repeat a write of the host's state until it succeeds, with growing pauses; any other error is raised."""
    for pause in _pauses():
        try:
            return await write()
        except Transient as fault:
            log.warning("%s It is tried again in %g s.", fault.reason, pause)
        await asyncio.sleep(pause)
    raise AssertionError("pauses never end")


def _pauses() -> Iterator[float]:
    pause = _FIRST_PAUSE
    while True:
        yield pause
        pause = min(2 * pause, _LONGEST_PAUSE)


def _tell(error: Exception) -> None:
    if isinstance(error, Fault):
        log.warning("%s", error.reason)
    else:
        log.error("Internal error of the host", exc_info=error)
