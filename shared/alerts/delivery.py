"""Every receiver gets every alert at least once, in a bounded number of attempts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.alerts.alert import Alert, Severity, alert_of
from shared.alerts.ports import AlertDelivery, DeliveryState
from shared.core.errors import Fault, Transient
from shared.core.ledger import Kind, State
from shared.core.notice import Notice
from shared.core.notices import flush_outbox
from shared.training.model import ModelRef

if TYPE_CHECKING:
    from shared.alerts.ports import AlertsPorts


# Seconds between the first attempt and the second, the second and the third, …; after the last the delivery has failed.
RETRY_SECONDS = (30, 120, 600, 1800, 7200)
MAX_ATTEMPTS = len(RETRY_SECONDS) + 1
# The most deliveries of one call: slow receivers must not hold a worker longer than its claim lives.
MAX_AT_ONCE = 10


def publish_and_alert(ports: AlertsPorts) -> int:
    """Publish the events in the outbox, then send the alerts that are due; returns the number of published events."""
    delivered = flush_outbox(ports, lambda notice: enqueue(ports, notice))
    deliver_alerts(ports)
    return delivered


def enqueue(ports: AlertsPorts, notice: Notice) -> None:
    """Add the notice's alert to the deliveries of every receiver; a repeat changes nothing."""
    alert = alert_of(_as_rollback(ports, notice)) if ports.alerts.notifier.targets else None
    if alert is not None:
        ports.alerts.deliveries.enqueue(alert, ports.alerts.notifier.targets, ports.core.clock())


def _as_rollback(ports: AlertsPorts, notice: Notice) -> Notice:
    """The notice as `ModelRolledBack` when a rollback or an older version than before is deployed; else unchanged."""
    ref = ModelRef.parse(str(notice.data.get("model")))
    if notice.type != "Mlops.ModelDeployed" or ref is None:
        return notice
    number = int(notice.data.get("generation") or 0)
    deployments = ports.release.deployments.list(ref.name, notice.data.get("environment"))
    before = [deployment for deployment in deployments if deployment.generation < number]
    deployed = next((deployment for deployment in deployments if deployment.generation == number), None)
    goes_back = deployed is not None and deployed.restores
    if not before or not (goes_back or before[-1].version > ref.version):
        return notice
    reason = f"{notice.data['model']} serves again, as generation {number}: {deployed.reason if deployed else ''}"
    data = {**notice.data, "model": str(ModelRef(ref.name, before[-1].version)), "reason": reason}
    return replace(notice, type="Mlops.ModelRolledBack", data=data)


def deliver_alerts(ports: AlertsPorts) -> int:
    """Send the alerts that are due and return how many were sent; those that fail are tried later, then recorded."""
    if not ports.alerts.notifier.targets:
        return 0
    due = ports.alerts.deliveries.pending(ports.core.clock(), MAX_AT_ONCE)
    return sum(_deliver(ports, delivery) for delivery in due)


def _deliver(ports: AlertsPorts, delivery: AlertDelivery) -> bool:
    wait = RETRY_SECONDS[min(delivery.attempts, len(RETRY_SECONDS) - 1)]
    # The attempt is counted before it is made: if the worker dies in between, the alert is sent twice, never lost.
    if not ports.alerts.deliveries.begin(delivery, ports.core.clock() + timedelta(seconds=wait)):
        return False
    try:
        ports.alerts.notifier.notify(delivery.target, delivery.alert)
    except Transient as fault:
        if delivery.attempts + 1 >= MAX_ATTEMPTS:
            _give_up(ports, delivery, f"{fault.reason} Given up after {MAX_ATTEMPTS} attempts.")
        return False
    except Fault as fault:
        _give_up(ports, delivery, fault.reason)
        return False
    ports.alerts.deliveries.settle(delivery, DeliveryState.SENT, "")
    return True


def _give_up(ports: AlertsPorts, delivery: AlertDelivery, reason: str) -> None:
    ports.alerts.deliveries.settle(delivery, DeliveryState.FAILED, reason)
    ports.core.ledger.note(Kind.ALERT, f"{delivery.alert.id}/{delivery.target}", State.FAILED, reason)


def sample_alert(ports: AlertsPorts) -> Alert:
    """An alert whose text says that it is a test."""
    return Alert(
        id="test",
        kind="Mlops.MessagePoisoned",
        severity=Severity.INFO,
        title="This is a test",
        text="A person requested this alert; nothing is wrong.",
        facts=(("scenario", "bank_marketing"),),
        look="mlops alerts list",
        subject="test/alert",
        time=ports.core.clock(),
    )
