"""Messages that a queue gave up and that nobody has replayed yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.ledger import Entry, EntryFilter, Kind, State

if TYPE_CHECKING:
    from shared.core.ports import CorePorts

_LATEST = 20


def given_up(ports: CorePorts) -> list[Entry]:
    """Of the latest messages in poison queues those that are still there, newest first."""
    failed = ports.core.history.entries(_LATEST, EntryFilter(kind=Kind.POISON, state=State.FAILED))
    found = [
        ports.core.history.find(entry.kind, entry.key) for entry in {entry.key: entry for entry in failed}.values()
    ]
    return [entry for entry in found if entry is not None and entry.state == State.FAILED]
