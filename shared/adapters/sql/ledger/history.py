"""Reading the ledger and its journal."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, bindparam, func, or_, select

from shared.adapters.sql.connection.transactions import read
from shared.adapters.sql.schema.tables import journal, ledger
from shared.core.ledger import Entry, EntryFilter, State

_FIND = select(ledger).where(ledger.c.kind == bindparam("kind"), ledger.c.key == bindparam("key"))
# Repeats, expiry, message and detail are only in the ledger: they belong to the newest line of each key.
_NEWEST = and_(ledger.c.kind == journal.c.kind, ledger.c.key == journal.c.key, ledger.c.last == journal.c.id)
_STUCK = (
    select(ledger)
    .where(
        ledger.c.state.in_(("in_progress", "released")),
        or_(ledger.c.expires <= bindparam("now"), ledger.c.expires.is_(None)),
    )
    .order_by(ledger.c.last)
)
# SQL Server takes at most 2 100 parameters in one statement.
_SLICE = 500
_LINES = select(journal, ledger.c.repeats, ledger.c.expires, ledger.c.message, ledger.c.detail).select_from(
    journal.outerjoin(ledger, _NEWEST)
)


class SqlHistory:
    """Port `History`: every transition; the newest one of each key says how often it was repeated."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def entries(self, limit: int = 200, where: EntryFilter | None = None) -> Sequence[Entry]:
        """Return the newest transitions that the filter names, newest first."""
        query = _LINES.where(*_conditions(where or EntryFilter())).order_by(journal.c.id.desc()).limit(limit)
        return [_line(row) for row in self._rows(query)]

    def why(self, text: str) -> Sequence[Entry]:
        """Return the transitions of every key that contains `text` and of the kind of that name, oldest first."""
        # Every key of the journal is in the ledger once, and there alone keys are looked through.
        matches = or_(ledger.c.key.contains(text, autoescape=True), ledger.c.kind == text)
        query = select(ledger.c.kind, ledger.c.key).where(matches)

        def work(connection: Connection) -> list[Row[Any]]:
            keys = list(connection.execute(query))
            return [row for at in range(0, len(keys), _SLICE) for row in _lines_of(connection, keys[at : at + _SLICE])]

        return [_line(row) for row in sorted(read(self._engine, work), key=lambda row: row.id)]

    def lines(self, kind: str, keys: Collection[str] = (), begins: str = "") -> Sequence[Entry]:
        """Return the transitions of these keys of a kind, or of its keys that begin so, oldest first."""

        def work(connection: Connection) -> list[Row[Any]]:
            wanted = list(keys) or _keys_below(connection, kind, begins)
            some = (wanted[at : at + _SLICE] for at in range(0, len(wanted), _SLICE))
            return [row for part in some for row in _lines_of(connection, [(kind, one) for one in part])]

        return [_line(row) for row in sorted(read(self._engine, work), key=lambda row: row.id)]

    def find(self, kind: str, key: str) -> Entry | None:
        """Return the current entry, or None."""
        row = read(self._engine, lambda connection: find_row(connection, kind, key))
        return None if row is None else entry_of(row)

    def stuck(self, now: datetime) -> Sequence[Entry]:
        """Return entries whose worker is gone and released ones that nobody claimed within a minute, oldest first."""
        return [entry_of(row) for row in self._rows(_STUCK, {"now": now})]

    def queued(self, kind: str, since: datetime) -> int:
        """Return how many entries of the kind were queued since then and are not taken yet."""
        return read(self._engine, lambda connection: count_queued(connection, kind, since))

    def _rows(self, query: Any, values: Mapping[str, Any] | None = None) -> Sequence[Row[Any]]:
        return read(self._engine, lambda connection: connection.execute(query, values).all())


def _keys_below(connection: Connection, kind: str, begins: str) -> list[str]:
    """The keys of a kind that begin so."""
    if not begins:
        return []
    inside = (ledger.c.kind == kind, ledger.c.key.startswith(begins, autoescape=True))
    return list(connection.scalars(select(ledger.c.key).where(*inside)))


def _lines_of(connection: Connection, keys: Sequence[Row[str, str] | tuple[str, str]]) -> list[Row[Any]]:
    """The lines of these (kind, key)."""
    wanted = {tuple(key) for key in keys}
    query = _LINES.where(journal.c.key.in_(sorted({key for _, key in wanted})))
    return [row for row in connection.execute(query) if (row.kind, row.key) in wanted]


def _conditions(where: EntryFilter) -> list[ColumnElement[bool]]:
    """A scenario's keys are its name, begin with it, or hold it as the second folder of a path."""
    found = [
        column == value for column, value in ((journal.c.kind, where.kind), (journal.c.state, where.state)) if value
    ]
    if where.scenario:
        begins = [journal.c.key.startswith(f"{where.scenario}{mark}", autoescape=True) for mark in "/:-"]
        found.append(
            or_(
                journal.c.key == where.scenario, *begins, journal.c.key.contains(f"/{where.scenario}/", autoescape=True)
            )
        )
    if where.since:
        found.append(journal.c.at >= where.since)
    if where.before:
        found.append(journal.c.at < where.before)
    return found


def count_queued(connection: Connection, kind: str, since: datetime) -> int:
    """Return how many entries of the kind were queued since then and are not taken yet."""
    this = (ledger.c.kind == kind, ledger.c.state == State.QUEUED, ledger.c.at >= since)
    return connection.scalar(select(func.count()).select_from(ledger).where(*this)) or 0


def find_row(connection: Connection, kind: str, key: str) -> Row[Any] | None:
    """Return the ledger's row of that kind and key, or None."""
    return connection.execute(_FIND, {"kind": kind, "key": key}).one_or_none()


def entry_of(row: Row[Any]) -> Entry:
    """Return a ledger row as an entry."""
    return Entry(
        kind=row.kind,
        key=row.key,
        state=row.state,
        reason=row.reason,
        at=row.at,
        attempts=row.attempts,
        repeats=row.repeats,
        expires=row.expires,
        message=row.message,
        detail=row.detail,
    )


def _line(row: Row[Any]) -> Entry:
    return Entry(
        kind=row.kind,
        key=row.key,
        state=row.state,
        reason=row.reason,
        at=row.at,
        attempts=row.attempt,
        repeats=row.repeats or 0,
        expires=row.expires,
        message=row.message or "",
        detail=row.detail or {},
    )
