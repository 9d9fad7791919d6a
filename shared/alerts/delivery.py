"""Tell people: an alert is owed to every receiver, delivered at least once, and tried a bounded number of times."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.alerts.alert import Alert, alert_of
from shared.alerts.ports import Owed
from shared.core.errors import Fault, Transient
from shared.core.notice import Notice
from shared.core.notices import flush_outbox
from shared.training.model import ModelRef

if TYPE_CHECKING:
    from shared.alerts.ports import AlertsPorts


# Seconds until the attempt after the first, the second, …; then the delivery has failed.
RETRY_SECONDS = (30, 120, 600, 1800, 7200)
MAX_ATTEMPTS = len(RETRY_SECONDS) + 1
# So that slow receivers never hold a worker longer than a claim lives.
AT_ONCE = 10


def relay(ports: AlertsPorts) -> int:
    """Deliver what waits in the outbox, and alerts that are due; returns how many events were taken."""
    delivered = flush_outbox(ports, lambda notice: owe(ports, notice))
    deliver(ports)
    return delivered


def owe(ports: AlertsPorts, notice: Notice) -> None:
    """Owe the notice's alert to every receiver; again changes nothing."""
    alert = alert_of(_told(ports, notice)) if ports.alerts.notifier.targets else None
    if alert is not None:
        ports.alerts.deliveries.owe(alert, ports.alerts.notifier.targets, ports.core.clock())


def _told(ports: AlertsPorts, notice: Notice) -> Notice:
    """A deployment of an older version than the one before it is a rollback, whoever decided it."""
    ref = ModelRef.parse(str(notice.data.get("model")))
    if notice.type != "Mlops.ModelDeployed" or ref is None:
        return notice
    number = int(notice.data.get("generation") or 0)
    known = ports.release.deployments.list(ref.name, notice.data.get("environment"))
    before = [one for one in known if one.generation < number]
    if not before or before[-1].version <= ref.version:
        return notice
    out = str(ModelRef(ref.name, before[-1].version))
    why = next((one.reason for one in known if one.generation == number), "")
    reason = f"{notice.data['model']} serves again, as generation {number}: {why}"
    return replace(notice, type="Mlops.ModelRolledBack", data={**notice.data, "model": out, "reason": reason})


def deliver(ports: AlertsPorts) -> int:
    """Deliver what is due; returns how many were taken. What fails comes again later, then fails visibly."""
    if not ports.alerts.notifier.targets:
        return 0
    return sum(_deliver(ports, owed) for owed in ports.alerts.deliveries.pending(ports.core.clock(), AT_ONCE))


def _deliver(ports: AlertsPorts, owed: Owed) -> bool:
    wait = RETRY_SECONDS[min(owed.attempts, len(RETRY_SECONDS) - 1)]
    # Counted before it is sent: a worker that dies in between sends it twice, never not at all.
    if not ports.alerts.deliveries.begin(owed, ports.core.clock() + timedelta(seconds=wait)):
        return False
    try:
        ports.alerts.notifier.notify(owed.target, owed.alert)
    except Transient as fault:
        if owed.attempts + 1 >= MAX_ATTEMPTS:
            _give_up(ports, owed, f"{fault.reason} Given up after {MAX_ATTEMPTS} attempts.")
        return False
    except Fault as fault:
        _give_up(ports, owed, fault.reason)
        return False
    ports.alerts.deliveries.settle(owed, "sent", "")
    return True


def _give_up(ports: AlertsPorts, owed: Owed, reason: str) -> None:
    ports.alerts.deliveries.settle(owed, "failed", reason)
    ports.core.ledger.note("alert", f"{owed.alert.id}/{owed.target}", "failed", reason)


def sample_alert(ports: AlertsPorts) -> Alert:
    """An alert that says it is only a test."""
    return Alert(
        id="test",
        kind="Mlops.MessagePoisoned",
        severity="info",
        title="This is a test",
        text="An alert that was asked for by hand; nothing is wrong.",
        facts=(("scenario", "bank_marketing"),),
        look="mlops alerts list",
        subject="test/alert",
        time=ports.core.clock(),
    )
