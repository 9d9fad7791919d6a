"""The timers that are late now, for probes, the dashboard and the doctor: known without the database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from shared.core.errors import Transient
from shared.core.timers.late_timers import LateTimer, fires_late, late_here, late_timers

if TYPE_CHECKING:
    from shared.monitoring.ports import MonitoringPorts


def all_late(ports: MonitoringPorts) -> list[LateTimer]:
    """The late timers of the whole installation, whichever app runs them."""
    return late_timers(ports.monitoring.timers, _fired(ports), ports.core.clock())


def check_own_timers(ports: MonitoringPorts) -> None:
    """Transient when a timer of this app is late; an app without timers reads nothing."""
    timers = ports.monitoring.timers
    if not timers.own:
        return
    late = late_here(timers, _fired(ports), ports.core.clock())
    if late:
        raise Transient(" ".join(timer.sentence for timer in late))


def known_given_up(ports: MonitoringPorts) -> int:
    """How many messages that were given up the last sweep of this app counted."""
    watches = (ports.core.marks.watch(name) for name in ports.monitoring.timers.own)
    return sum(watch.given_up for watch in watches if watch is not None)


def record_firing(ports: MonitoringPorts, name: str, *, past_due: bool) -> None:
    """Count a firing that looks at the database, and whether it is late.

    The host does not say so of timers that fire several times a minute.
    """
    now = ports.core.clock()
    before = ports.core.marks.watch(name)
    late = past_due or fires_late(ports.monitoring.timers, name, before.fired_at if before else None, now)
    ports.monitoring.scorecards.record_heartbeat(name, now, late=late)


def _fired(ports: MonitoringPorts) -> Mapping[str, datetime]:
    watches = (ports.core.marks.watch(name) for name in ports.monitoring.timers.schedules)
    return {watch.name: watch.fired_at for watch in watches if watch is not None}
