"""A month of an installation in virtual time: its timers fire on schedule, and every use of the database is seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import azure.functions as func
from azure_functions_runtime.bindings.out import Out
from sqlalchemy import Engine, event
from world import World, delivered_at

from functions.app import create_app
from shared.core.timers.timer_schedules import parse_schedule
from shared.core.timers.work_mark import rests

# As the template sets them.
SCHEDULES = {
    "PLAN_SCHEDULE": "0 */5 * * * *",
    "RECONCILE_SCHEDULE": "0 * * * * *",
    "MONITOR_SCHEDULE": "0 */10 * * * *",
    "RETENTION_SCHEDULE": "0 10 2 * * *",
}
PAUSES_AFTER = timedelta(minutes=15)
_TIMERS = {
    "plan_windows": ("PLAN_SCHEDULE", {"windows": "predict_window"}),
    "reconcile": ("RECONCILE_SCHEDULE", {"events": "ingest"}),
    "reconcile_releases": ("RECONCILE_SCHEDULE", {"models": "deploy"}),
    "monitor": ("MONITOR_SCHEDULE", {"asked": "watch_scenario"}),
    "retain": ("RETENTION_SCHEDULE", {}),
}
_OUTPUTS = {
    "ingest": {"windows": "predict_window", "models": "deploy"},
    "deploy": {"windows": "predict_window"},
    "predict_window": {"windows": "predict_window"},
}


@dataclass
class Usage:
    """When the database was used, and the stretches in which it was awake: it pauses a while after the last use."""

    used: list[datetime] = field(default_factory=list)

    def stretches(self) -> list[tuple[datetime, datetime]]:
        """From the first use to the pause."""
        found: list[tuple[datetime, datetime]] = []
        for at in self.used:
            if found and at <= found[-1][1]:
                found[-1] = (found[-1][0], max(found[-1][1], at + PAUSES_AFTER))
            else:
                found.append((at, at + PAUSES_AFTER))
        return found

    def most_a_day(self) -> int:
        """How often it woke up on the day on which it did so most."""
        days = [began.date() for began, _ in self.stretches()]
        return max((days.count(day) for day in set(days)), default=0)

    def lengths(self) -> list[float]:
        """How long it was awake each time, in minutes."""
        return [(ended - began).total_seconds() / 60 for began, ended in self.stretches()]

    def minutes(self) -> float:
        """How long it was awake in all."""
        return sum(self.lengths())


class Installation:
    """A world whose functions run as in the cloud, at the minutes of their schedules."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.world = World(home, **SCHEDULES, **settings)
        # The lake tells when a file came by the clock of its machine.
        self.world.clock.now = datetime.now(UTC).replace(hour=23, minute=59, second=0, microsecond=0)
        self.functions = self._functions()
        environ = {**SCHEDULES, **settings}
        self._settings = settings
        self._schedules = {name: parse_schedule(environ[key]) for name, (key, _) in _TIMERS.items()}
        self._next = {name: one.next(self.world.clock.now) for name, one in self._schedules.items()}
        self.fired = 0

    def _functions(self) -> dict[str, Callable[..., Any]]:
        app = create_app(lambda: self.world.ports)
        return {one.get_function_name(): one.get_user_function() for one in app.get_functions()}

    def close(self) -> None:
        """Let go of the database."""
        self.world.close()

    def restart(self) -> None:
        """A new process, which knows only what the old one stored."""
        old = self.world
        old.close()
        self.world = World(old.home, clock=old.clock, trainer=old.trainer, **SCHEDULES, **self._settings)
        self.functions = self._functions()

    @property
    def now(self) -> datetime:
        """The time."""
        return self.world.clock.now

    def run(self, until: datetime, *, skipping: bool = True) -> None:
        """Fire what is due, minute by minute; `skipping` leaves out firings of timers that rest and will not look."""
        while True:
            name = min(self._next, key=lambda one: self._next[one])
            if self._next[name] > until:
                break
            self.world.clock.now = self._next[name]
            self._next[name] = self._schedules[name].next(self.now)
            if skipping and self._rests(name):
                self.fired += 1
                continue
            self.fire(name)
        self.world.clock.now = until

    def _rests(self, name: str) -> bool:
        marks = self.world.ports.core.marks
        watch = marks.watch(name)
        return rests(watch, marks.current(), self.now) and watch is not None and not watch.asked

    def fire(self, name: str) -> None:
        """One firing of a timer, and the messages that it sends."""
        self.fired += 1
        self._call(name, _TIMERS[name][1], timer=SimpleNamespace(past_due=False))
        self.deliver()

    def tell(self, event_message: str) -> None:
        """An event and what follows."""
        self._call("ingest", _OUTPUTS["ingest"], message=func.QueueMessage(id="1", body=event_message))
        self.deliver()

    def deliver(self) -> None:
        """What was published, as the subscriptions get it."""
        for model in delivered_at(self.world.home):
            self._call("deploy", _OUTPUTS["deploy"], message=func.QueueMessage(id="1", body=model))

    def _call(self, name: str, outputs: dict[str, str], **given: Any) -> None:
        outs = {one: Out() for one in outputs}
        self.functions[name](**given, **outs)
        for one, worker in outputs.items():
            for body in outs[one].get() or []:
                self._call(worker, _OUTPUTS.get(worker, {}), message=func.QueueMessage(id="1", body=body))


@contextmanager
def watched(place: Installation) -> Iterator[Usage]:
    """Inside the block every connection that is taken from the pool is a use of the database, at its virtual time."""
    usage = Usage()

    def use(_connection: Any) -> None:
        usage.used.append(place.now)

    event.listen(Engine, "engine_connect", use)
    try:
        yield usage
    finally:
        event.remove(Engine, "engine_connect", use)
