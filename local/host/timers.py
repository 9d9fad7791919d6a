"""Timer triggers: fire on schedule, catch up once after a pause, and keep their state across restarts."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.host.database import HostDatabase
from local.host.invocations import Invocations
from local.host.protocol import Record
from local.host.tasks import Tasks
from local.host.wake_signal import WakeSignal
from local.host.worker import Function, NotIndexed, Outcome
from shared.core.errors import BadInput, Missing, Transient
from shared.core.timers.timer_schedules import Schedule, parse_schedule

log = logging.getLogger("mlops.host")
# A laptop's clock jumps when it wakes up, so the loop reads it at least this often.
LONGEST_WAIT = 5.0


@dataclass(slots=True)
class _Timer:
    function: Function
    schedule: Schedule
    last: float | None
    next: float
    past_due: bool = False
    running: bool = False


class TimerTriggers:
    """Fires every timer function that the app declares. A timer that still runs is not started again."""

    def __init__(
        self,
        functions: Sequence[Function],
        *,
        database: HostDatabase,
        invocations: Invocations,
        tasks: Tasks,
        wake: WakeSignal,
        clock: Callable[[], float],
    ) -> None:
        self._database = database
        self._invocations = invocations
        self._tasks = tasks
        self._wake = wake
        self._clock = clock
        self._timers = {function.name: self._restore(function) for function in functions}

    def _restore(self, function: Function) -> _Timer:
        text = str(function.trigger["schedule"])
        try:
            schedule = parse_schedule(text)
        except BadInput as fault:
            raise NotIndexed(f"the schedule of {function.name} cannot be read. {fault}") from fault
        now = self._clock()
        timer = _Timer(function, schedule, None, _after(schedule, now))
        if function.trigger.get("useMonitor", True):
            self._resume(timer, text, now)
        if function.trigger.get("runOnStartup"):
            timer.next = now
        self._save(timer)
        return timer

    def _resume(self, timer: _Timer, text: str, now: float) -> None:
        saved = self._database.rows("SELECT schedule, last, next FROM timers WHERE function = ?", timer.function.name)
        if not saved:
            return
        schedule, timer.last, due = saved[0]
        if schedule != text:
            # A changed schedule counts from the last run.
            due = timer.next if timer.last is None else _after(timer.schedule, timer.last)
        timer.past_due = due < now
        timer.next = due

    def _save(self, timer: _Timer) -> None:
        text = str(timer.function.trigger["schedule"])
        save = "INSERT OR REPLACE INTO timers (function, schedule, last, next) VALUES (?, ?, ?, ?)"
        self._database.run(save, timer.function.name, text, timer.last, timer.next)

    def step(self) -> float:
        """Start due timers; returns the seconds until the next one is due."""
        now = self._clock()
        for timer in self._timers.values():
            if timer.next <= now and not timer.running:
                timer.running = True
                self._tasks.start(self._run(timer))
        waiting = [timer.next - now for timer in self._timers.values() if not timer.running]
        return max(0.0, min([LONGEST_WAIT, *waiting]))

    def check(self, name: str) -> None:
        """Raise Missing when the app declares no timer function of that name."""
        if name not in self._timers:
            raise Missing(f"There is no timer function {name!r}; known: {', '.join(sorted(self._timers)) or 'none'}.")

    async def fire(self, name: str) -> Outcome:
        """Run the timer function now, outside its schedule; Missing lists the known timers."""
        self.check(name)
        timer = self._timers[name]
        return await self._invocations.run(timer.function, _request(timer, past_due=False))

    async def _run(self, timer: _Timer) -> None:
        started = self._clock()
        try:
            await self._attempt(timer.function, _request(timer, past_due=timer.past_due))
        finally:
            # Saved only now, so that a run that is killed half-way is past due at the next start.
            timer.last, timer.next, timer.past_due = started, _after(timer.schedule, self._clock()), False
            timer.running = False
            self._save_if_possible(timer)
            self._wake.set()

    def _save_if_possible(self, timer: _Timer) -> None:
        """Save the timer; a database that refuses stops no timer, which is then past due at the next start."""
        try:
            self._save(timer)
        except Transient as fault:
            log.warning("The state of timer %s was not saved: %s", timer.function.name, fault.reason)

    async def _attempt(self, function: Function, data: Record) -> None:
        limit = function.retry.limit if function.retry else 0
        for retry in range(limit + 1):
            if retry and function.retry:
                await asyncio.sleep(function.retry.delay(retry))
            outcome = await self._invocations.run(function, data, retry=(retry, limit))
            if outcome.ok:
                return


def _after(schedule: Schedule, seconds: float) -> float:
    return schedule.next(datetime.fromtimestamp(seconds, UTC)).timestamp()


def _request(timer: _Timer, *, past_due: bool) -> Record:
    last = None if timer.last is None else datetime.fromtimestamp(timer.last, UTC).isoformat()
    due = datetime.fromtimestamp(timer.next, UTC).isoformat()
    status: dict[str, Any] = {"Last": last, "Next": due, "LastUpdated": last}
    return Record(json=json.dumps({"Schedule": {}, "ScheduleStatus": status, "IsPastDue": past_due}))
