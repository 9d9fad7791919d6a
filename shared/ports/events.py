"""Events that leave: an outbox that cannot lose them, and whoever delivers them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from shared.domain.records import Notice


class Outbox(Protocol):
    """Notices written with the state they speak of, delivered at least once."""

    def add(self, notice: Notice) -> None:
        """Keep the notice; the same id again changes nothing."""
        ...

    def pending(self, limit: int = 100) -> Sequence[Notice]:
        """Undelivered notices, oldest first."""
        ...

    def sent(self, notice_id: str) -> None:
        """Mark as delivered."""
        ...


class Publisher(Protocol):
    """Hands a notice to Event Grid."""

    def publish(self, notice: Notice) -> None:
        """Deliver once; Transient when nobody took it."""
        ...
