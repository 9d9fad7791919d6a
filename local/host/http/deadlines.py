"""Waits that may last so long: many short waits of a connection share one timer."""

from __future__ import annotations

import asyncio
import math
from types import TracebackType


class Deadline:
    """Ends the waits of the current task that take too long: `with deadline.within(seconds)`.

    As `asyncio.timeout` does, but a wait that ends in time, as nearly all do, sets and removes no timer.
    """

    def __init__(self) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - made inside a task
        self._task, self._loop = task, asyncio.get_running_loop()
        self._until = math.inf
        self._timer: asyncio.TimerHandle | None = None
        self._cancelling = 0
        self._over = False

    def within(self, seconds: float) -> Deadline:
        """The next wait takes at most so long, else it ends with TimeoutError."""
        self._until = until = self._loop.time() + seconds
        if self._timer is None or until < self._timer.when():
            self._set_timer()
        return self

    def __enter__(self) -> None:
        """Begin to wait."""
        self._cancelling = self._task.cancelling()

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """End the wait; TimeoutError when it took too long."""
        self._until = math.inf
        if self._over:
            self._over = False
            if self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
                raise TimeoutError

    def close(self) -> None:
        """Remove the timer: nothing is waited for any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _set_timer(self) -> None:
        self.close()
        self._timer = self._loop.call_at(self._until, self._look)

    def _look(self) -> None:
        """End the wait when it is over; the timer may be that of an earlier wait."""
        self._timer = None
        if self._until <= self._loop.time():
            self._over = True
            self._task.cancel()
        elif self._until < math.inf:
            self._set_timer()
