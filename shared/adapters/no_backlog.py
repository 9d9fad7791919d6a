"""The queues of a host that keeps them itself: its own pages and `mlops doctor` tell of them."""

from __future__ import annotations

from collections.abc import Sequence

from shared.operations.ports import WaitingMessages


class NoBacklog:
    """Port `Backlog` without queues to look into."""

    def waiting(self) -> Sequence[WaitingMessages]:
        """Nothing."""
        return []
