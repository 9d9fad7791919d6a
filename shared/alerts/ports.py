"""The ports of `alerts`: the receivers, and deliveries that survive a restart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from shared.prediction.ports import PredictionPorts

if TYPE_CHECKING:
    from shared.alerts.alert import Alert


class DeliveryState(StrEnum):
    """How far the delivery of an alert is."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class AlertDelivery:
    """One alert for one receiver; `attempts` counts the attempts begun so far, `due` is the time of the next one."""

    alert: Alert
    target: str
    attempts: int
    due: datetime
    state: DeliveryState = DeliveryState.PENDING
    reason: str = ""


class Notifier(Protocol):
    """Sends an alert to one of its receivers."""

    @property
    def targets(self) -> Sequence[str]:
        """The names of all receivers."""
        ...

    def notify(self, target: str, alert: Alert) -> None:
        """Send once; Transient when a later attempt may help, Permanent when none will. No error names the URL."""
        ...


class AlertDeliveries(Protocol):
    """Deliveries that survive a restart."""

    def enqueue(self, alert: Alert, targets: Sequence[str], due: datetime) -> None:
        """Add a delivery of the alert to each target; a delivery that exists already stays as it is."""
        ...

    def pending(self, now: datetime, limit: int) -> Sequence[AlertDelivery]:
        """Pending deliveries that are due, oldest first."""
        ...

    def begin(self, delivery: AlertDelivery, next_due: datetime) -> bool:
        """Count an attempt and make the next one due at `next_due`; False when another worker began it first."""
        ...

    def settle(self, delivery: AlertDelivery, state: DeliveryState, reason: str) -> None:
        """End the delivery as `sent` or `failed`."""
        ...

    def list(self, limit: int = 200) -> Sequence[AlertDelivery]:
        """All deliveries, newest first."""
        ...


@dataclass(frozen=True, slots=True)
class AlertsBundle:
    """The ports of alerts."""

    notifier: Notifier
    deliveries: AlertDeliveries


class AlertsPorts(PredictionPorts, Protocol):
    """What a workflow of `alerts` takes: its own ports and those of the rooms below."""

    @property
    def alerts(self) -> AlertsBundle:
        """The ports of alerts."""
        ...
