"""Messages that a queue gave up and that nobody has replayed yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.ledger import Entry, Kind, State
from shared.core.messages import Queue

if TYPE_CHECKING:
    from shared.core.ports import CorePorts

_LATEST = 20


def given_up(ports: CorePorts) -> list[Entry]:
    """Of the latest messages in poison queues those that are still there, newest first."""
    # Their keys begin with the queue: they are looked up by that, however long the journal is.
    lines = [line for queue in Queue for line in ports.core.history.lines(Kind.POISON, begins=f"{queue}/")]
    current = {line.key: line for line in lines}
    failed = [entry for entry in current.values() if entry.state == State.FAILED]
    return sorted(failed, key=lambda entry: entry.at, reverse=True)[:_LATEST]
