"""When a drop is whole: its tables are there, its marker lies in it, or no file has come for a while."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from shared.core.blob import Blob
from shared.core.claims import RESEND_AFTER, mark_queued
from shared.core.drops import HELD, drop_files, drop_key, without_marker
from shared.core.errors import Quarantined
from shared.core.events import DROPS_SETTLED
from shared.core.ledger import Entry, Kind, State
from shared.core.messages import cloud_event
from shared.core.paths import Landing, missing_parts, table_of

if TYPE_CHECKING:
    from shared.core.ports import CorePorts

Files = Mapping[str, Sequence[Blob]]

# Drops that go on coming are taken after so many quiet times all the same, and at most so many in one message.
LONGEST = 10
_AT_ONCE = 100


def by_table(where: Landing, landed: Iterable[Blob]) -> Files:
    """The drop's files by table, without its marker; Quarantined for a file that names no table."""
    files: dict[str, list[Blob]] = {}
    for blob in without_marker(where, tuple(landed)):
        table = table_of(blob.name, where.area, where.scenario)
        files.setdefault(table.name, []).append(blob)
    return files


def waits_for(where: Landing, files: Files, landed: Sequence[Blob]) -> str:
    """Why an event of one of its files does not take the drop; empty when it does."""
    return waits_for_tables(where, files, landed) or _waits_for_quiet(where, landed)


def waits_for_tables(where: Landing, files: Files, landed: Iterable[Blob]) -> str:
    """Which files or which marker the drop waits for; empty when it is whole."""
    missing = [*_absent(where, files), *missing_parts(blob.name for blob in landed)]
    marker = where.scenario.arrival.marker
    if marker and not _marked(where, landed):
        missing.append(f"its marker {marker}")
    return f"Drop {where.drop} waits for: {', '.join(missing)}." if missing else ""


def is_whole(where: Landing, landed: Sequence[Blob]) -> bool:
    """Whether every file of the drop has come that it needs, so that it will be taken."""
    try:
        return bool(landed) and not waits_for_tables(where, by_table(where, landed), landed)
    except Quarantined:
        return False


def _absent(where: Landing, files: Files) -> list[str]:
    """The tables without which the drop is not whole: those that come with every drop that brings any rows."""
    wanted = [table.name for table in where.scenario.tables if table.arrives == "with_drop"]
    absent = [name for name in wanted if name not in files]
    # Labels, or a table that is carried, may come alone.
    return absent if len(absent) < len(wanted) or not files else []


def _waits_for_quiet(where: Landing, landed: Sequence[Blob]) -> str:
    arrival = where.scenario.arrival
    closed = not arrival.marker and _marked(where, landed)
    if closed or not arrival.quiet:
        return ""
    return f"Drop {where.drop} is taken when no file has come for {arrival.quiet.total_seconds():g} s."


def _marked(where: Landing, landed: Iterable[Blob]) -> bool:
    return any(blob.name == where.scenario.arrival.marker_name for blob in landed)


@dataclass(frozen=True, slots=True)
class Pending:
    """A whole drop that nobody has taken yet, when its newest file came, and its key and entry in the ledger."""

    where: Landing
    newest: datetime
    key: str
    entry: Entry | None


def settled_drops(ports: CorePorts, waiting: Iterable[Landing]) -> list[str]:
    """One message per scenario for the drops, of those with waiting files, whose files have all come by now."""
    drops: dict[str, dict[str, Landing]] = {}
    for where in waiting:
        if where.area == "incoming":
            drops.setdefault(where.scenario.name, {})[where.drop] = where
    settled = ((name, _settled(ports, tuple(found.values()))[:_AT_ONCE]) for name, found in drops.items())
    return [_message(ports, name, found) for name, found in settled if found]


def _settled(ports: CorePorts, wheres: Sequence[Landing]) -> list[Pending]:
    """The drops of one scenario to take now, by their newest file; none while more may come."""
    now, quiet = ports.core.clock(), wheres[0].scenario.arrival.quiet
    pending = [found for where in wheres if (found := _pending(ports, where)) is not None]
    if not (quiet or wheres[0].scenario.batch.label_hours):
        # The event of its last file takes a drop; a sweep takes those that a worker began and lost.
        pending = [one for one in pending if one.entry is not None]
    # A worker is at one of them: what it leaves is taken afterwards.
    if any(_in_work(one.entry, now) for one in pending):
        return []
    ready = sorted((one for one in pending if one.newest + quiet <= now), key=lambda one: (one.newest, one.where.drop))
    if not ready or (len(ready) < len(pending) and ready[0].newest + LONGEST * quiet > now):
        return []
    return ready


def _pending(ports: CorePorts, where: Landing) -> Pending | None:
    landed = drop_files(ports, where)
    if not is_whole(where, landed):
        return None
    key = drop_key(where, without_marker(where, landed))
    entry = ports.core.history.find(Kind.DROP, key)
    if entry is not None and entry.state == State.WAITING and not entry.detail.get(HELD):
        # It was taken, and waits for rows or labels of other drops.
        return None
    return Pending(where, max(blob.modified for blob in landed), key, entry)


def _in_work(entry: Entry | None, now: datetime) -> bool:
    """Whether a worker is at the drop, or its message is on the queue."""
    if entry is None:
        return False
    if entry.state == State.QUEUED:
        return entry.at > now - RESEND_AFTER
    return entry.state == State.IN_PROGRESS and entry.expires is not None and entry.expires > now


def _message(ports: CorePorts, scenario: str, found: Sequence[Pending]) -> str:
    mark_queued(ports, Kind.DROP, [one.key for one in found])
    drops = [one.where.drop for one in found]
    key = hashlib.sha256("\n".join(drops).encode()).hexdigest()[:12]
    return cloud_event(DROPS_SETTLED, f"drops/{scenario}", f"{scenario}-{key}", {"scenario": scenario, "drops": drops})
