"""A bell that ends a wait: loops sleep until something is due or somebody rings."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

# Other processes ring by touching this file, which a running host watches.
_FILE = Path("wake") / "bell"


class Bell:
    """Rung from any thread; heard once by the one loop that waits."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """End the wait that goes on, or the next one."""
        with suppress(RuntimeError):  # the loop has ended: nobody waits any more
            self._loop.call_soon_threadsafe(self._rung.set)

    async def wait(self, seconds: float) -> None:
        """Return when rung, at the latest after `seconds`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        self._rung.clear()


def bell_folder(home: Path) -> Path:
    """The folder a running host watches to hear other processes."""
    return (home / _FILE).parent


def ring_host(home: Path) -> None:
    """Tell the host that runs on this home, if any, to look at its queues now."""
    bell_folder(home).mkdir(parents=True, exist_ok=True)
    (home / _FILE).touch()
