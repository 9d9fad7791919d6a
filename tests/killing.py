"""Kill this process at the n-th call of a port, for tests that sweep over every such moment."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from shared.ports import Ports

_PORTS = (
    "lake", "tables", "ledger", "history", "datasets", "runs", "registry", "trainer", "deployments", "scoring",
    "windows", "predictions", "outbox", "publisher", "corrections",
    "approvals", "rollouts", "health", "serving",
)  # fmt: skip


class Countdown:
    """Counts calls; at the last one the process dies at once, before the call has any effect."""

    def __init__(self, calls: int | None) -> None:
        self.limit = calls
        self.seen = 0

    def step(self) -> None:
        """One more call."""
        self.seen += 1
        if self.limit is not None and self.seen >= self.limit:
            os.kill(os.getpid(), signal.SIGKILL)


class Counted:
    """A port whose every call is counted first."""

    def __init__(self, port: Any, countdown: Countdown) -> None:
        self._port = port
        self._countdown = countdown

    def __getattr__(self, name: str) -> Any:
        """The method, counted."""
        method: Callable[..., Any] = getattr(self._port, name)

        def counted(*args: Any, **kwargs: Any) -> Any:
            self._countdown.step()
            return method(*args, **kwargs)

        return counted


def counted(ports: Ports, countdown: Countdown) -> Ports:
    """The ports with every call counted."""
    assert set(_PORTS) <= {field.name for field in fields(ports)}
    return replace(ports, **{name: Counted(getattr(ports, name), countdown) for name in _PORTS})
