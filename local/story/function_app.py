"""The story's function app: queue with retries, timers and local Event Grid, run in one thread."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from local.story.inline_trainer import InlineTrainer
from local.story.story_clock import StoryClock
from shared import dispatch, due_work
from shared.alerts.delivery import publish_and_alert
from shared.core.errors import Transient
from shared.monitoring.monitor import monitor_messages
from shared.ports import Ports

# A queue delivers a message this often before it goes to the poison queue.
TRIES = 5


class FunctionApp:
    """Handles events and timers as the functions do, with everything that follows from them."""

    def __init__(
        self, ports: Ports, home: Path, clock: StoryClock, trainer: InlineTrainer, on_change: Callable[[], None]
    ) -> None:
        """`on_change` is called whenever the journal may have new lines."""
        self._ports, self._clock, self._trainer, self._on_change = ports, clock, trainer, on_change
        self._inbox = home / "eventgrid" / "inbox"

    def process(self, *messages: str) -> None:
        """Process events and everything that follows from them."""
        waiting = list(messages)
        while True:
            while waiting:
                self._handle(waiting.pop(0))
            self._on_change()
            self._trainer.train_waiting(self._ports)
            with suppress(Transient):
                publish_and_alert(self._ports)
            waiting = self._delivered()
            if not waiting:
                break
        self._on_change()

    def timers(self) -> None:
        """One round of the timers: the sweep, the plan, and the monitor."""
        for timer in (self._sweep, self._plan, self._monitor):
            with suppress(Transient):
                timer()
            self.process()

    def _sweep(self) -> None:
        self.process(*due_work.sweep(self._ports))

    def _plan(self) -> None:
        for window in due_work.plan(self._ports):
            dispatch.on_window(self._ports, window)

    def _monitor(self) -> None:
        self._ports.monitoring.scorecards.record_heartbeat("monitor", self._clock(), late=False)
        for message in monitor_messages(self._ports):
            dispatch.on_monitor(self._ports, message)

    def _handle(self, message: str) -> None:
        """Deliver the message until it succeeds, at last to the poison queue, as a queue does."""
        for _ in range(TRIES):
            try:
                for window in dispatch.on_event(self._ports, message):
                    dispatch.on_window(self._ports, window)
            except Transient:
                self._clock.wait(minutes=1)
            else:
                return
        dispatch.on_poison(self._ports, "data-events", message)

    def _delivered(self) -> list[str]:
        """Take the events that the app's subscription gets from the local Event Grid's inbox."""
        events = []
        for file in sorted(self._inbox.glob("*.json")):
            event = json.loads(file.read_text())
            file.unlink()
            if event["type"].startswith("Microsoft."):
                events.append(json.dumps(event))
        return events
