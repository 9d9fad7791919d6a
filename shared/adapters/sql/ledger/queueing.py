"""Marking work as queued, many keys at a time: of several planners one marks a key, and the queue stays bounded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, select

from shared.adapters.sql.connection.transactions import read, take_turn, write
from shared.adapters.sql.ledger.history import count_queued
from shared.adapters.sql.ledger.transitions import add_entry, add_line, change_entry
from shared.adapters.sql.schema.tables import ledger
from shared.core.ledger import State

# Keys that are looked up together, and those that one transaction marks: nobody else writes to SQLite meanwhile.
_SLICE, _AT_ONCE = 500, 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """Keys of a kind to mark, while fewer than `most` wait; what was queued before `lost` has no message any more."""

    kind: str
    keys: Sequence[str]
    most: int
    lost: datetime


def mark(engine: Engine, clock: Callable[[], datetime], owner: str, wanted: Wanted) -> list[str]:
    """Mark the free keys, in order; returns those that this call marked."""
    free = _free(engine, wanted, clock())
    marked: list[str] = []
    for start in range(0, len(free), _AT_ONCE):
        some = free[start : start + _AT_ONCE]
        done = write(engine, lambda connection, some=some: _mark(connection, clock(), owner, wanted, some))  # type: ignore[misc]
        marked += done
        if len(done) < len(some):
            break
    return marked


def _free(engine: Engine, wanted: Wanted, now: datetime) -> list[str]:
    """The keys that are free, at most as many as may wait."""
    found: list[str] = []
    for start in range(0, len(wanted.keys), _SLICE):
        some = wanted.keys[start : start + _SLICE]
        rows = read(engine, lambda connection, some=some: _rows(connection, wanted.kind, some))  # type: ignore[misc]
        found += [key for key in some if key not in rows or _is_free(rows[key], now, wanted.lost)]
        if len(found) >= wanted.most:
            break
    return found[: wanted.most]


def _mark(connection: Connection, now: datetime, owner: str, wanted: Wanted, keys: Sequence[str]) -> list[str]:
    """Mark those of the keys that are free still and find room."""
    take_turn(connection, f"queue of {wanted.kind}")
    room = wanted.most - count_queued(connection, wanted.kind, wanted.lost)
    rows = _rows(connection, wanted.kind, keys)
    free = [key for key in keys if key not in rows or _is_free(rows[key], now, wanted.lost)]
    for key in free[: max(0, room)]:
        _queue(connection, wanted.kind, key, rows.get(key), now, owner)
    return free[: max(0, room)]


def _queue(  # noqa: PLR0917 -- the facts of one entry
    connection: Connection, kind: str, key: str, row: Row[Any] | None, now: datetime, owner: str
) -> None:
    again = f" again at {now:%Y-%m-%dT%H:%M:%SZ}" if row is not None and row.state == State.QUEUED else ""
    reason = f"Its message was queued{again}."
    line = add_line(connection, kind, key, 0 if row is None else row.attempts, State.QUEUED, reason, now)
    # What is queued lies on the queue of this owner.
    if row is None:
        add_entry(connection, kind, key, **line, token=owner)
    else:
        # Work that waited did not crash: its attempts count anew.
        anew = {"attempts": 0} if row.state == State.WAITING else {}
        change_entry(connection, row, **line, token=owner, expires=None, **anew)


def _is_free(row: Row[Any], now: datetime, lost: datetime) -> bool:
    """Whether no message of it is on its way: it waits, its worker is gone, or its message is lost."""
    if row.state == State.QUEUED:
        return bool(row.at <= lost)
    if row.state in {State.RELEASED, State.IN_PROGRESS}:
        # The queue delivers the message of what was released again before that.
        return row.expires is None or bool(row.expires <= now)
    return bool(row.state == State.WAITING)


def _rows(connection: Connection, kind: str, keys: Sequence[str]) -> dict[str, Row[Any]]:
    query = select(ledger).where(ledger.c.kind == kind, ledger.c.key.in_(keys))
    return {row.key: row for row in connection.execute(query)}
