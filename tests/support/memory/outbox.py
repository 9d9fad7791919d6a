"""The outbox in memory."""

from __future__ import annotations

from collections.abc import Sequence

from memory.store import InMemory, Memory, atomic
from shared.core.notice import Notice


class MemoryOutbox(InMemory):
    """Port `Outbox`."""

    @atomic
    def add(self, notice: Notice) -> None:
        """Keep the notice; the same id again changes nothing."""
        add_notice(self._memory, notice)

    @atomic
    def pending(self, limit: int = 100) -> Sequence[Notice]:
        """Undelivered notices, oldest first."""
        return [one for one, sent in self._memory.rows["outbox"].values() if not sent][:limit]

    @atomic
    def sent(self, notice_id: str) -> None:
        """Mark as delivered."""
        outbox = self._memory.rows["outbox"]
        if notice_id in outbox:
            outbox[notice_id] = (outbox[notice_id][0], True)


def add_notice(memory: Memory, notice: Notice) -> None:
    """Keep the notice as part of the caller's step."""
    memory.rows["outbox"].setdefault(notice.id, (notice, False))
