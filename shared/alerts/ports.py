"""The ports of `alerts`: who is told, and deliveries that survive a restart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from shared.prediction.ports import PredictionPorts

if TYPE_CHECKING:
    from shared.alerts.alert import Alert


@dataclass(frozen=True, slots=True)
class Owed:
    """An alert owed to a target; `attempts` were begun so far, `state` is pending, sent or failed."""

    alert: Alert
    target: str
    attempts: int
    due: datetime
    state: str = "pending"
    reason: str = ""


class Notifier(Protocol):
    """Hands an alert to its receivers."""

    @property
    def targets(self) -> Sequence[str]:
        """The names of all receivers."""
        ...

    def notify(self, target: str, alert: Alert) -> None:
        """Deliver once; Transient when a later attempt may help, Permanent when none will. Tells no URL."""
        ...


class AlertDeliveries(Protocol):
    """Deliveries that survive a restart."""

    def owe(self, alert: Alert, targets: Sequence[str], due: datetime) -> None:
        """Owe the alert to each target; one that is owed or was delivered already is left as it is."""
        ...

    def pending(self, now: datetime, limit: int) -> Sequence[Owed]:
        """Deliveries that are due, oldest first."""
        ...

    def begin(self, owed: Owed, again: datetime) -> bool:
        """Count an attempt and make the next one due `again`; False when somebody else began it first."""
        ...

    def settle(self, owed: Owed, state: str, reason: str) -> None:
        """End the delivery as `sent` or `failed`."""
        ...

    def list(self, limit: int = 200) -> Sequence[Owed]:
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
