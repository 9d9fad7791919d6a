"""Tell others: notices go to the outbox with the state they speak of, and from there to Event Grid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.domain.records import Notice
from shared.errors import Transient
from shared.ports import Ports
from shared.workflows import alerts

SOURCE = "/mlops"


def announce(ports: Ports, kind: str, subject: str, data: Mapping[str, Any]) -> None:
    """Put `Mlops.<kind>` about `subject` in the outbox; the same subject again changes nothing."""
    notice = Notice(f"{kind}-{subject}".replace("/", "-"), f"Mlops.{kind}", SOURCE, subject, ports.clock(), data)
    ports.outbox.add(notice)


def relay(ports: Ports) -> int:
    """Deliver what waits in the outbox, oldest first, and alerts that are due; returns how many events were taken."""
    delivered = 0
    for notice in ports.outbox.pending():
        alerts.owe(ports, notice)
        try:
            ports.publisher.publish(notice)
        except Transient:
            break
        ports.outbox.sent(notice.id)
        delivered += 1
    alerts.deliver(ports)
    return delivered
