"""Whichever write to the host's database fails, each event reaches its function, each message too, and timers go on."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from host_parts import HandClock, ScriptedWorker, database, function, invocations, queues, run

from local.host.database import HostDatabase
from local.host.events.eventgrid import EventGrid, Subscription, inbox_of
from local.host.host_options import QueueOptions
from local.host.http.webhook import Webhook
from local.host.protocol import Record
from local.host.queues.queue_trigger import QueueTriggers
from local.host.tasks import Tasks
from local.host.timers import TimerTriggers
from local.host.wake_signal import WakeSignal
from local.host.worker import Function, Outcome
from shared.core.errors import Transient

_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|COMMIT|BEGIN)", re.IGNORECASE)
EVENT = {"id": "7", "eventType": "Microsoft.Storage.BlobCreated", "subject": "/blobs/a", "data": {}}
WORK = function("work", "queueTrigger", queueName="work")
TICK = function("tick", "timerTrigger", schedule="0 * * * * *", useMonitor=True)


class Failing:
    """A connection on which write number `at` fails once, as on a full disk."""

    def __init__(self, real: sqlite3.Connection, at: int) -> None:
        self._real = real
        self._at = at
        self.seen = 0

    def __getattr__(self, name: str) -> Any:
        """Everything else as it is."""
        return getattr(self._real, name)

    def execute(self, statement: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        """Count writes, and fail at one."""
        if _WRITES.match(statement):
            self.seen += 1
            if self.seen == self._at:
                raise sqlite3.OperationalError("database or disk is full")
        return self._real.execute(statement, values)


class Sending(ScriptedWorker):
    """The function that takes the event sends one message."""

    async def invoke(self, function: Function, *rest: Any) -> Outcome:  # type: ignore[override]
        """A message of the event's id; the others send nothing."""
        await super().invoke(function, *rest)
        sent = (("out", Record(json='["7"]')),) if function.name == "intake" else ()
        return Outcome(ok=True, outputs=sent)


class Host:
    """Event Grid, a queue and a timer on one database, stepped by the test as the host's loops step them."""

    def __init__(self, home: Path, memory: HostDatabase, clock: HandClock) -> None:
        self.worker, self.tasks, self.home = Sending(), Tasks(), home
        store, wake = queues(memory, clock), WakeSignal()
        ran = invocations(self.worker, store)
        sends = ({"type": "queue", "name": "out", "queueName": "work"},)
        intake = Function("intake", "intake", {"type": "eventGridTrigger", "name": "e"}, sends)
        kept: dict[str, Any] = {"tasks": self.tasks, "wake": wake, "clock": clock}
        self.grid = EventGrid(
            home,
            {"intake": Subscription()},
            database=memory,
            webhook=Webhook([intake], ran),
            **kept,
        )
        options = QueueOptions(4, 2, 5, visibility_timeout=0, max_polling_interval=5)
        self.triggers = QueueTriggers([WORK], queues=store, invocations=ran, options=options, **kept)
        self.timers = TimerTriggers([TICK], database=memory, invocations=ran, **kept)
        self.store, self.clock = store, clock

    async def live(self, minutes: int) -> None:
        """One event, and so many minutes."""
        (inbox_of(self.home) / "1.json").write_text(json.dumps(EVENT))
        for _ in range(minutes):
            for step in (self.grid.step, self.triggers.step, self.timers.step):
                try:
                    step()
                except Transient:
                    continue
                await self.tasks.finish(5)
            self.clock.forward(60)

    def ran(self) -> dict[str, int]:
        """How often each function ran."""
        names = [name for name, *_ in self.worker.asked]
        return {name: names.count(name) for name in sorted(set(names))}


def lived(home: Path, at: int) -> tuple[int, dict[str, int], list[Any]]:
    """The writes of a life in which one fails, what ran, and what is left in the database."""
    memory, clock, ran = database(home), HandClock(), dict[str, int]()
    failing = Failing(memory._connection, at)

    async def life() -> None:
        host = Host(home, memory, clock)
        memory._connection = failing  # type: ignore[assignment]
        await host.live(6)
        ran.update(host.ran())

    run(life())
    left = [*memory.rows("SELECT * FROM deliveries"), *queues(memory, clock).list()]
    ((saved,),) = memory.rows("SELECT last FROM timers WHERE function = 'tick'")
    memory.close()
    # Only the very last save may be missing: the next one is due in a minute.
    assert clock.now - saved <= 120
    return failing.seen, ran, left


@pytest.mark.fault(34)
def test_whichever_write_of_the_host_fails_nothing_is_lost_and_nothing_stops(tmp_path: Path) -> None:
    """Every write of a life: an event, the message that follows from it, and five firings of a timer."""
    writes, whole, left = lived(tmp_path / "whole", 0)
    assert (whole, left) == ({"intake": 1, "tick": 5, "work": 1}, [])
    assert writes > 15
    for number in range(1, writes + 1):
        seen, ran, left = lived(tmp_path / str(number), number)
        assert seen >= number
        assert left == [], f"write {number}"
        assert ran["tick"] == whole["tick"], f"write {number}"
        # At least once: what could not be recorded comes again.
        assert 1 <= ran["intake"] <= 2, f"write {number}"
        assert 1 <= ran["work"] <= 2, f"write {number}"
