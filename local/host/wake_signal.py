"""A signal that ends a wait: loops sleep until something is due or the signal is set."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

# Other processes set the signal by touching this file, which a running host watches.
_FILE = Path("wake") / "signal"


class WakeSignal:
    """Any thread sets it; the one loop that waits for it wakes up once."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()
        self._wanted = False

    def set(self) -> None:
        """End the current wait, or the next one when nothing waits."""
        if self._wanted:
            # Whoever is about to wake up looks for work after this.
            return
        self._wanted = True
        with suppress(RuntimeError):  # the loop has ended: nothing waits any more
            self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self, seconds: float) -> None:
        """Return when the signal is set, at the latest after `seconds`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()
        self._wanted = False
        self._event.clear()


def wake_folder(home: Path) -> Path:
    """The folder that a running host watches to notice other processes."""
    return (home / _FILE).parent


def wake_host(home: Path) -> None:
    """Make the host that runs on this home, if any, look at its queues now."""
    wake_folder(home).mkdir(parents=True, exist_ok=True)
    (home / _FILE).touch()
