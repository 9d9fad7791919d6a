"""Background tasks of the host, and its loops."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from local.host.wake_signal import WakeSignal
from shared.core.errors import Fault

log = logging.getLogger("mlops.host")


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

    async def finish(self, seconds: float) -> None:
        """Wait for all tasks, at most `seconds`, then cancel the rest."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        late = list(self._running)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


async def repeat(wake: WakeSignal, step: Callable[[], float]) -> None:
    """Call `step` in a loop: it starts due work and returns the seconds until more is due."""
    while True:
        try:
            delay = step()
        except Fault as fault:
            log.warning("%s", fault.reason)
            delay = 1.0
        except Exception:  # a loop that ends would be a host that hangs
            log.exception("Internal error of the host")
            delay = 1.0
        await wake.wait(delay)
