"""How long the work on one message may take: it stops itself before the host ends it with all that runs beside it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from shared.core.errors import Transient

# A minute less than functionTimeout in host.json: room for a call that has begun, and for releasing a claim.
WORK_SECONDS = 480.0
_ENDS: ContextVar[float | None] = ContextVar("ends", default=None)


@contextmanager
def limited(seconds: float = WORK_SECONDS) -> Iterator[None]:
    """Work inside the block may take so long; code that runs elsewhere has no limit."""
    token = _ENDS.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ENDS.reset(token)


def time_left() -> float | None:
    """Seconds that this work has left; None without a limit."""
    ends = _ENDS.get()
    return None if ends is None else ends - time.monotonic()


def check_time() -> None:
    """Transient once the time of this work is over: its claim is released, and its message comes again."""
    left = time_left()
    if left is not None and left <= 0:
        raise Transient(
            "This work came near the time that the host gives a call, and stopped before it would be ended with "
            "everything beside it; its message comes again."
        )
