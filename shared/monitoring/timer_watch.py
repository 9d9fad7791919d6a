"""The timers that are late now, for probes, the dashboard and the doctor."""

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


def record_firing(ports: MonitoringPorts, name: str, *, past_due: bool) -> None:
    """Count a firing, and whether it is late: the host does not say so of timers that fire several times a minute."""
    now = ports.core.clock()
    late = past_due or fires_late(ports.monitoring.timers, name, _fired(ports).get(name), now)
    ports.monitoring.scorecards.record_heartbeat(name, now, late=late)


def _fired(ports: MonitoringPorts) -> Mapping[str, datetime]:
    return {beat.name: beat.last_at for beat in ports.monitoring.scorecards.heartbeats()}
