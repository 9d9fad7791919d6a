"""An event loop whose time is the simulation's: it never waits, it moves the clock to whatever comes next."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from threading import Semaphore, Thread
from typing import Any

from world import Clock

# A pause that ends before anything else that waits does.
INSTANT = 0.001


class VirtualLoop(asyncio.SelectorEventLoop):
    """The loop: where it would wait, the clock is advanced instead."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(_Jumps(clock))
        self._now = clock
        # Seconds since 1970 are no finer than this as a float: what is due now would be due for ever.
        self._clock_resolution = INSTANT / 2

    def time(self) -> float:
        """The virtual time."""
        return self._now.now.timestamp()


class _Jumps(selectors.SelectSelector):
    """Waits for no file: time passes at once."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[Any]:
        """Nothing was heard, and so much time has passed."""
        if timeout is None:
            raise RuntimeError("Everything waits for something that never comes.")
        if timeout > 0:
            self._clock.advance(seconds=max(timeout, INSTANT))
        return []


async def quiet() -> None:
    """Return when everything has gone as far as it can without waiting."""
    await asyncio.sleep(INSTANT)


class Ended(BaseException):
    """The life is over; what still pauses ends."""


class Interruptible[Result]:
    """Work in a thread of its own that runs only while the loop waits for it; it may pause half-way."""

    def __init__(self, work: Callable[[], Result]) -> None:
        self._work = work
        self._go, self._back = Semaphore(0), Semaphore(0)
        self._pause: float | None = None
        self._over = False
        self._failure: BaseException | None = None

    async def run(self) -> Result:
        """What the work returns; while it pauses, others go on."""
        thread = Thread(target=self._play, daemon=True)
        thread.start()
        self._back.acquire()
        try:
            while self._pause is not None:
                await asyncio.sleep(self._pause)
                self._resume()
        finally:
            if self._pause is not None:
                self._over = True
                self._resume()
            thread.join()
        if self._failure is not None:
            raise self._failure
        return self._result

    def _resume(self) -> None:
        self._pause = None
        self._go.release()
        self._back.acquire()

    def pause(self, seconds: float) -> None:
        """Called in the thread: let others go on for so long."""
        self._pause = seconds
        self._back.release()
        self._go.acquire()
        if self._over:
            raise Ended

    def _play(self) -> None:
        try:
            self._result = self._work()
        except BaseException as error:  # noqa: BLE001 -- raised where the work was started
            self._failure = error
        self._back.release()
