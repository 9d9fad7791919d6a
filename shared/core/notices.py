"""Notices for others: they enter the outbox with the state that they announce, and leave it for Event Grid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from shared.core.errors import Transient
from shared.core.notice import Notice

if TYPE_CHECKING:
    from shared.core.ports import CorePorts


SOURCE = "/mlops"


def announce(ports: CorePorts, kind: str, subject: str, data: Mapping[str, Any]) -> None:
    """Put `Mlops.<kind>` about `subject` in the outbox; the same subject again changes nothing."""
    notice = Notice(f"{kind}-{subject}".replace("/", "-"), f"Mlops.{kind}", SOURCE, subject, ports.core.clock(), data)
    ports.core.outbox.add(notice)


def flush_outbox(ports: CorePorts, before: Callable[[Notice], None]) -> int:
    """Deliver what waits in the outbox, oldest first; returns how many events were taken.

    `before` is called with each event before it is delivered: twice when a worker dies in between, never not at all.
    """
    delivered = 0
    for notice in ports.core.outbox.pending():
        before(notice)
        try:
            ports.core.publisher.publish(notice)
        except Transient:
            break
        ports.core.outbox.sent(notice.id)
        delivered += 1
    return delivered
