"""Work that goes on beside the loops, and the loops themselves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from local.host.wake_signal import WakeSignal
from shared.core.errors import Fault

log = logging.getLogger("mlops.host")


class Tasks:
    """Keeps what was started until it ends, so that nothing is lost and nothing fails unheard."""

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
            log.error("The host failed inside", exc_info=task.exception())

    async def finish(self, seconds: float) -> None:
        """Wait for all of it, at most `seconds`, then cancel the rest."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        late = list(self._running)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


async def repeat(wake: WakeSignal, step: Callable[[], float]) -> None:
    """Call `step`, which starts what is due and says in how many seconds something else will be, again and again."""
    while True:
        try:
            delay = step()
        except Fault as fault:
            log.warning("%s", fault.reason)
            delay = 1.0
        except Exception:  # a loop that ends would be a host that hangs
            log.exception("The host failed inside")
            delay = 1.0
        await wake.wait(delay)
