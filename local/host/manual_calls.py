"""Calls of functions by hand, as POST /admin/functions/NAME starts them, whatever triggers the function."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

from local.host.invocations import Invocations
from local.host.protocol import Record
from local.host.tasks import Tasks
from local.host.timers import TimerTriggers
from local.host.worker import Function, Outcome

_END_OF_TIME = "9999-12-31T23:59:59.999999+00:00"


class ManualCalls:
    """Starts functions; how a call ends is in the log only."""

    def __init__(
        self, invocations: Invocations, timers: TimerTriggers, tasks: Tasks, clock: Callable[[], float]
    ) -> None:
        self._invocations = invocations
        self._timers = timers
        self._tasks = tasks
        self._clock = clock

    def start(self, function: Function, text: str | None) -> None:
        """Start the function with the text; one that needs a text and has none is not called, nor is HTTP."""
        call = self._call(function, text)
        if call is not None:
            self._tasks.start(call)

    def _call(self, function: Function, text: str | None) -> Coroutine[Any, Any, Outcome] | None:
        if function.kind == "timerTrigger":
            return self._timers.call(function)
        if text is None:
            return None
        if function.kind == "queueTrigger":
            return self._invocations.run(function, Record(string=text), self._metadata(text))
        if function.kind == "eventGridTrigger" and _is_object(text):
            return self._invocations.run(function, Record(json=text))
        return None

    def _metadata(self, text: str) -> dict[str, Record]:
        now = datetime.fromtimestamp(self._clock(), UTC).isoformat()
        times = {"InsertionTime": now, "ExpirationTime": _END_OF_TIME, "NextVisibleTime": _END_OF_TIME}
        metadata = {name: Record(string=value) for name, value in times.items()}
        return {"QueueTrigger": Record(string=text), "DequeueCount": Record(json="0"), **metadata}


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
