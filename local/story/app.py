"""The function app of the story: its queue with retries, its timers, and the local Event Grid, played in one thread."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from local.story.calendar import Calendar
from local.story.inline_trainer import InlineTrainer
from shared import dispatch
from shared.alerts.delivery import publish_and_alert
from shared.core.errors import Transient
from shared.monitoring.monitor import monitor_messages
from shared.ports import Ports

# As often as a queue hands a message out before it gives it up.
TRIES = 5


class App:
    """Does what the functions do with events and timers, and what follows from it."""

    def __init__(
        self, ports: Ports, home: Path, calendar: Calendar, trainer: InlineTrainer, listen: Callable[[], None]
    ) -> None:
        """`listen` is called whenever there may be something new to be heard."""
        self._ports, self._calendar, self._trainer, self._listen = ports, calendar, trainer, listen
        self._inbox = home / "eventgrid" / "inbox"

    def work(self, *messages: str) -> None:
        """Work off events and everything that follows from them."""
        waiting = list(messages)
        while True:
            while waiting:
                self._taken(waiting.pop(0))
            self._listen()
            self._trainer.work_off(self._ports)
            with suppress(Transient):
                publish_and_alert(self._ports)
            waiting = self._delivered()
            if not waiting:
                break
        self._listen()

    def timers(self) -> None:
        """One round of the timers: the sweep, the plan, and the monitor."""
        for timer in (self._sweep, self._plan, self._monitor):
            with suppress(Transient):
                timer()
            self.work()

    def _sweep(self) -> None:
        self.work(*dispatch.sweep(self._ports))

    def _plan(self) -> None:
        for window in dispatch.plan(self._ports):
            dispatch.on_window(self._ports, window)

    def _monitor(self) -> None:
        self._ports.monitoring.scorecards.record_heartbeat("monitor", self._calendar(), late=False)
        for message in monitor_messages(self._ports):
            dispatch.on_monitor(self._ports, message)

    def _taken(self, message: str) -> None:
        """Handed out until it is done, and given up like a queue does it."""
        for _ in range(TRIES):
            try:
                for window in dispatch.on_event(self._ports, message):
                    dispatch.on_window(self._ports, window)
            except Transient:
                self._calendar.wait(minutes=1)
            else:
                return
        dispatch.on_poison(self._ports, "data-events", message)

    def _delivered(self) -> list[str]:
        """Events in the inbox of the local Event Grid, as the function app's subscription gets them."""
        found = []
        for file in sorted(self._inbox.glob("*.json")):
            event = json.loads(file.read_text())
            file.unlink()
            if event["type"].startswith("Microsoft."):
                found.append(json.dumps(event))
        return found
