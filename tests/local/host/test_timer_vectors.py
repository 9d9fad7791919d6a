"""Timers fire as Microsoft's host was recorded to fire them, replayed in virtual time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from host_client import Json
from host_parts import OK, HandClock, function, queues, run
from host_vectors import scenario

from local.host.database import HostDatabase
from local.host.invocations import Invocations
from local.host.protocol import Record
from local.host.tasks import Tasks
from local.host.timers import TimerTriggers
from local.host.wake_signal import WakeSignal
from local.host.worker import Function, Outcome

# Schedule, whether it is monitored, whether it runs at the start: as tests/host_vectors/app declares them.
DECLARED = {
    "t_minute": ("0 * * * * *", True, False),
    "t_start": ("0 0 3 1 1 *", True, True),
    "t_two": ("*/2 * * * * *", True, False),
    "t_two_off": ("*/2 * * * * *", False, False),
    "t_slow": ("*/2 * * * * *", False, False),
    "t_minute_off": ("0 * * * * *", False, False),
    "t_minute_long": ("0 * * * * *", True, False),
    "t_fail": ("*/20 * * * * *", True, False),
    "t_span": ("00:00:07", True, False),
}
SECONDS = {"t_slow": 5, "t_minute_long": 70}
FUNCTIONS = [
    function(name, "timerTrigger", schedule=schedule, useMonitor=monitored, runOnStartup=at_start)
    for name, (schedule, monitored, at_start) in DECLARED.items()
]


def at(clock: str) -> float:
    """The moment of the recorded day."""
    return datetime.fromisoformat(f"2026-11-29T{clock}+00:00").timestamp()


class Calls:
    """Runs a timer's call for as long as the recorded app slept, on a clock that a test moves."""

    def __init__(self, clock: HandClock) -> None:
        self._clock = clock
        self.seen: list[Json] = []

    async def invoke(
        self, function: Function, data: Record, metadata: Mapping[str, Record], retry: tuple[int, int] = (0, 0)
    ) -> Outcome:
        """Note the beginning and, of a call that takes time, the end."""
        assert (dict(metadata), retry) == ({}, (0, 0))
        request = json.loads(data.json)
        seconds = SECONDS.get(function.name, 0)
        self._note(function.name, request, "begin" if seconds else None)
        ends = self._clock() + seconds
        while self._clock() < ends:  # noqa: ASYNC110 - the clock is the test's
            await asyncio.sleep(0)
        if seconds:
            self._note(function.name, request, "end")
        return OK

    def _note(self, name: str, request: Json, phase: str | None) -> None:
        status = request["ScheduleStatus"] or {}
        seen = {"fn": name, "past_due": request["IsPastDue"], "status": status, "schedule": request["Schedule"]}
        self.seen.append({"at": self._clock(), **seen, **({"phase": phase} if phase else {})})


class Host:
    """The timers of one start of a host, from its first second on."""

    def __init__(self, memory: HostDatabase, clock: HandClock, start: str) -> None:
        clock.now = at(start)
        self._clock = clock
        self._calls = Calls(clock)
        self._tasks = Tasks()
        self.timers = TimerTriggers(
            FUNCTIONS,
            database=memory,
            invocations=Invocations(self._calls, queues(memory, clock), timeout=1e9),
            tasks=self._tasks,
            wake=WakeSignal(),
            clock=clock,
            waits=1,
        )

    async def until(self, end: str) -> None:
        """Let the seconds pass one by one."""
        while self._clock.now < at(end):
            self._clock.now = float(int(self._clock.now) + 1)
            for _ in range(3):
                self.timers.step()
                for _ in range(4):
                    await asyncio.sleep(0)

    async def cut(self, *, in_order: bool) -> None:
        """End, with the calls that still run."""
        await self._tasks.finish(0)
        if in_order:
            self.timers.release()

    async def replayed(self, name: str, end: str) -> None:
        """What is called until then is what was recorded: order, times to the second, states."""
        await self.until(end)
        recorded = [_plain({**row, "at": at(row["at"])}) for row in scenario("timers.jsonl", name)["observed"]]
        assert _by_time([_plain(row) for row in self._calls.seen]) == _by_time(recorded)
        self._calls.seen.clear()


def _plain(row: Json) -> Json:
    status = {name: _second(value) for name, value in row["status"].items()}
    return {**row, "at": round(row["at"]), "status": status}


def _second(text: str) -> str:
    # A host notes when a call began, which is a moment after it was due.
    return text if text.startswith("0001") else str(round(datetime.fromisoformat(text).timestamp()))


def _by_time(rows: list[Json]) -> list[Any]:
    return sorted(rows, key=lambda row: (row["at"], row["fn"], row.get("phase") == "begin"))


def test_timers_fire_as_recorded(memory: HostDatabase, clock: HandClock) -> None:
    """First start, a call by hand, SIGTERM, a missed time, and a minute without timers after SIGKILL."""

    async def replay() -> None:
        host = Host(memory, clock, "18:49:39.9")
        await host.replayed("first_start", "18:51:11")
        for name in ("t_minute", "t_two", "t_fail"):
            await host.timers.fire(name)
        await host.replayed("fired_by_hand", "18:51:13")
        await host.until("18:51:30")
        await host.cut(in_order=True)
        host = Host(memory, clock, "18:52:12.9")
        await host.replayed("down_past_due", "18:52:27")
        await host.until("18:52:38")
        await host.cut(in_order=True)
        host = Host(memory, clock, "18:52:42.9")
        await host.until("18:53:05")
        await host.cut(in_order=False)
        host = Host(memory, clock, "18:53:11")
        await host.replayed("sigkill_in_call", "18:54:24.9")
        await host.cut(in_order=True)

    run(replay())
