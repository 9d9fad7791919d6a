"""Timer triggers: fire on schedule, catch up once after a pause, and keep their state across restarts."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from local.host.database import HostDatabase
from local.host.invocations import Invocations
from local.host.protocol import Record
from local.host.tasks import Tasks
from local.host.wake_signal import WakeSignal
from local.host.worker import Function, NotIndexed, Outcome
from shared.core.errors import BadInput, Missing, Transient
from shared.core.timers.timer_schedules import Every, Schedule, parse_schedule

log = logging.getLogger("mlops.host")
# A laptop's clock jumps when it wakes up, so the loop reads it at least this often.
LONGEST_WAIT = 5.0


# After a host was killed its lock on the timers lasts so long, and none fires.
LOCK_SECONDS = 60.0
_MINUTE = 60.0
_LOOKS_AT = 5
_NEVER = "0001-01-01T00:00:00+00:00"
_LOCK = "*lock*"


@dataclass(slots=True)
class _Timer:
    function: Function
    schedule: Schedule
    # Whether its times are kept across restarts.
    monitored: bool
    last: float | None
    next: float
    past_due: bool = False
    at_start: bool = False
    running: bool = False


class TimerTriggers:
    """Fires every timer function that the app declares. A timer that is due while it runs fires once, right after."""

    def __init__(
        self,
        functions: Sequence[Function],
        *,
        database: HostDatabase,
        invocations: Invocations,
        tasks: Tasks,
        wake: WakeSignal,
        clock: Callable[[], float],
        waits: float = 0.0,
    ) -> None:
        self._database = database
        self._invocations = invocations
        self._tasks = tasks
        self._wake = wake
        self._clock = clock
        self._locked_until = self._take_lock(waits)
        self._timers = {function.name: self._restore(function) for function in functions if not function.disabled}

    def _take_lock(self, waits: float) -> float:
        """Lock the timers; returns until when the lock of a host that was killed lasts."""
        held = self._database.rows("SELECT 1 FROM timers WHERE function = ?", _LOCK)
        self._database.run("INSERT OR REPLACE INTO timers (function, schedule, next) VALUES (?, '', 0)", _LOCK)
        return self._clock() + LOCK_SECONDS * waits if held else 0.0

    def release(self) -> None:
        """Release the lock of the timers: this host ends in order."""
        self._database.run("DELETE FROM timers WHERE function = ?", _LOCK)

    def _restore(self, function: Function) -> _Timer:
        text = str(function.trigger["schedule"])
        try:
            schedule = parse_schedule(text)
        except BadInput as fault:
            raise NotIndexed(f"the schedule of {function.name} cannot be read. {fault}") from fault
        now = self._clock()
        monitored = bool(function.trigger.get("useMonitor", True)) and not _is_frequent(schedule, now)
        timer = _Timer(function, schedule, monitored, None, _after(schedule, now))
        if monitored:
            self._resume(timer, text, now)
        timer.at_start = bool(function.trigger.get("runOnStartup")) and not timer.past_due
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
        # A clock that was set back has no part in what is due: nothing waits longer than until the next time from now.
        timer.next = min(due, timer.next)

    def _save(self, timer: _Timer) -> None:
        text = str(timer.function.trigger["schedule"])
        save = "INSERT OR REPLACE INTO timers (function, schedule, last, next) VALUES (?, ?, ?, ?)"
        self._database.run(save, timer.function.name, text, timer.last, timer.next)

    def step(self) -> float:
        """Start due timers; returns the seconds until the next one is due."""
        now = self._clock()
        if now < self._locked_until:
            return min(LONGEST_WAIT, self._locked_until - now)
        if self._locked_until:
            # Timers begin when the lock is free: what was missed meanwhile is past due.
            self._locked_until = 0.0
            self._timers = {name: self._restore(timer.function) for name, timer in self._timers.items()}
        for timer in self._timers.values():
            if (timer.next <= now or timer.at_start) and not timer.running:
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
        return await self.call(self._timers[name].function)

    async def call(self, function: Function) -> Outcome:
        """Run a timer function by hand, also one that is switched off; its stored times stay as they are."""
        timer = self._timers.get(function.name)
        request = _request(timer, past_due=False) if timer else Record(json='{"Schedule": {}, "IsPastDue": false}')
        return await self._invocations.run(function, request)

    async def _run(self, timer: _Timer) -> None:
        started = self._clock()
        try:
            await self._attempt(timer.function, _request(timer, past_due=timer.past_due))
        finally:
            timer.running = False
        # Saved only now, so that a run that is cut or killed half-way is past due at the next start.
        timer.last, timer.next = started, _after(timer.schedule, started)
        timer.past_due = timer.at_start = False
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


def _is_frequent(schedule: Schedule, now: float) -> bool:
    """Whether less than a minute lies between two of the next times: the Functions host keeps no state then."""
    times = [now]
    for _ in range(_LOOKS_AT):
        times.append(_after(schedule, times[-1]))
    return any(later - earlier < _MINUTE for earlier, later in pairwise(times[1:]))


def _request(timer: _Timer, *, past_due: bool) -> Record:
    last = _NEVER if timer.last is None else datetime.fromtimestamp(timer.last, UTC).isoformat()
    due = datetime.fromtimestamp(timer.next, UTC).isoformat()
    status: dict[str, Any] | None = {"Last": last, "Next": due, "LastUpdated": last} if timer.monitored else None
    schedule = {"AdjustForDST": not isinstance(timer.schedule, Every)}
    return Record(json=json.dumps({"Schedule": schedule, "ScheduleStatus": status, "IsPastDue": past_due}))
