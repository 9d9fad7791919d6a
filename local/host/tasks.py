"""Background tasks of the host, and its loops."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator
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


async def until_written[Result](write: Callable[[], Result]) -> Result:
    """Repeat a write of the host's state until it succeeds, with growing pauses; any other error is raised."""
    for pause in _pauses():
        try:
            return write()
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
