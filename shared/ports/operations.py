"""What operating needs: telemetry windows, doing work again, alerts and schedules, in one bundle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.ports.alerts import AlertDeliveries, Notifier
    from shared.ports.replay import DeadLetters, Reopening
    from shared.ports.restoring import Restoring
    from shared.ports.schedules import Schedules
    from shared.ports.telemetry import Spans, Telemetry


@dataclass(frozen=True, slots=True)
class Operations:
    """Ports of operating."""

    telemetry: Telemetry
    spans: Spans
    restoring: Restoring
    reopening: Reopening
    dead_letters: DeadLetters
    notifier: Notifier
    alerts: AlertDeliveries
    schedules: Schedules
