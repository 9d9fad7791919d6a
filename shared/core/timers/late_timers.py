"""Which timers have not fired for so long that something is wrong, judged from their schedules and heartbeats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.core.errors import BadInput, Misconfigured
from shared.core.timers.timer_schedules import Schedule, parse_schedule

# From a timer's function to the setting of its schedule.
SCHEDULES = {
    "plan_windows": "PLAN_SCHEDULE",
    "reconcile": "RECONCILE_SCHEDULE",
    "reconcile_releases": "RECONCILE_SCHEDULE",
    "monitor": "MONITOR_SCHEDULE",
    "retain": "RETENTION_SCHEDULE",
}
# When timers look at the database although nothing was written: with retention and monitoring, which do so anyway.
IDLE_SCHEDULE = "IDLE_SCHEDULE"
DAILY = "0 10 2 * * *"
# So many firings in a row may be missing, and a firing may take so long.
MISSED = 3
GRACE = timedelta(minutes=2)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Timers:
    """By name the schedules of the installation's timers; `own` are those that this app runs, from `since` on.

    `looks`: when they look at the database at the latest.
    """

    schedules: Mapping[str, str] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    since: datetime | None = None
    looks: Schedule = field(default_factory=lambda: parse_schedule(DAILY))


@dataclass(frozen=True, slots=True)
class LateTimer:
    """A timer that has missed several firings in a row; `last_at` is None when it never fired."""

    name: str
    schedule: str
    last_at: datetime | None

    @property
    def sentence(self) -> str:
        """What a person reads."""
        last = "has never fired" if self.last_at is None else f"fired last at {self.last_at:%Y-%m-%d %H:%M:%S} UTC"
        return f"The timer {self.name} {last}; its schedule is {self.schedule!r}."


def read_timers(environ: Mapping[str, str], now: datetime) -> Timers:
    """The timers whose schedule is set; an app runs those that it does not disable. Misconfigured for no schedule."""
    schedules = {name: text for name, key in SCHEDULES.items() if (text := environ.get(key))}
    disabled = {name for name in schedules if _is_true(environ.get(f"AzureWebJobs.{name}.Disabled", ""))}
    return Timers(schedules, frozenset(schedules.keys() - disabled), now, _looks(environ.get(IDLE_SCHEDULE) or DAILY))


def _looks(text: str) -> Schedule:
    try:
        return parse_schedule(text)
    except BadInput as fault:
        raise Misconfigured(IDLE_SCHEDULE, f"cannot be read: {fault.reason}", f"such as {DAILY!r}") from fault


def late_timers(timers: Timers, fired: Mapping[str, datetime], now: datetime) -> list[LateTimer]:
    """The installation's timers that have missed `MISSED` firings since they last `fired`."""
    known = ((name, text, fired.get(name)) for name, text in timers.schedules.items())
    return [LateTimer(name, text, last) for name, text, last in known if last and _is_late(text, last, now)]


def late_here(timers: Timers, fired: Mapping[str, datetime], now: datetime) -> list[LateTimer]:
    """Of this app's timers the late ones, and those that never fired although the app has run for long enough."""
    late = [timer for timer in late_timers(timers, fired, now) if timer.name in timers.own]
    never = sorted(timers.own - fired.keys()) if timers.since else []
    return late + [
        LateTimer(name, timers.schedules[name], None)
        for name in never
        if timers.since and _is_late(timers.schedules[name], timers.since, now)
    ]


def fires_late(timers: Timers, name: str, last: datetime | None, now: datetime) -> bool:
    """Whether the timer that fires now does so at least a minute after its first due time since it last fired."""
    text = timers.schedules.get(name)
    if text is None or last is None:
        return False
    try:
        return now >= parse_schedule(text).next(last) + MINUTE
    except BadInput:
        return False


def _is_late(text: str, last: datetime, now: datetime) -> bool:
    try:
        schedule = parse_schedule(text)
        due = last
        for _ in range(MISSED):
            due = schedule.next(due)
    except BadInput:
        # The host refuses this schedule by name; there is nothing to judge by.
        return False
    return now > due + GRACE


def _is_true(text: str) -> bool:
    return text.strip().lower() in {"true", "1"}
