"""The ledger in SQL: one claimed row per (kind, key), one journal line per transition, repeats only counted."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, insert, select, update

from shared.adapters.sql.connection.faults import Overtaken
from shared.adapters.sql.connection.transactions import count, write
from shared.adapters.sql.ledger.history import FIND, entry_of
from shared.adapters.sql.schema.tables import journal, ledger
from shared.core.errors import BadInput, Conflict
from shared.core.ledger import ENDED, TERMINAL, Claim, Entry, State

IN_PROGRESS, RELEASED = State.IN_PROGRESS, State.RELEASED
# The queue that brought the message brings it again within this time; only then is it looked for.
RETRY_AFTER = timedelta(seconds=60)

_THIS = (ledger.c.kind == bindparam("k"), ledger.c.key == bindparam("y"))
_REPEAT = update(ledger).where(*_THIS).values(repeats=ledger.c.repeats + 1, last_repeat_at=bindparam("now"))
_HELD = update(ledger).where(*_THIS, ledger.c.token == bindparam("held"), ledger.c.state == IN_PROGRESS)
_SEEN = update(ledger).where(*_THIS, ledger.c.last == bindparam("seen"))
_OPEN = select(ledger).where(ledger.c.state == IN_PROGRESS)
_JOURNAL = insert(journal)
_LEDGER = insert(ledger)


class SqlLedger:
    """Port `Ledger`. Time comes from `clock`; two workers never hold the same key."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock

    def claim(self, kind: str, key: str, ttl: timedelta, message: str = "") -> Claim | Entry:
        """The claim, or the entry that stands in the way."""
        now = self._clock()
        standing = self._counted(kind, key, now, lambda row: _stands(row, now))
        return standing or self._claimed(kind, key, ttl, message)

    def _counted(self, kind: str, key: str, now: datetime, stands: Callable[[Row[Any]], bool]) -> Entry | None:
        """The entry that stands in the way, its repeat counted: the cheap end of what comes again and again."""

        def work(connection: Connection) -> Entry | None:
            row = connection.execute(FIND, {"k": kind, "y": key}).one_or_none()
            if row is None or not stands(row):
                return None
            connection.execute(_REPEAT, {"k": kind, "y": key, "now": now})
            return replace(entry_of(row), repeats=row.repeats + 1)

        return count(self._engine, work)

    def _claimed(self, kind: str, key: str, ttl: timedelta, message: str) -> Claim | Entry:
        # The token is drawn before the transaction: if a lost answer makes it run again, it finds its own claim.
        token = secrets.token_hex(16)
        now = self._clock()

        def work(connection: Connection) -> Claim | Entry:
            row = connection.execute(FIND, {"k": kind, "y": key}).one_or_none()
            if row is not None and row.token == token:
                return Claim(kind, key, token, row.expires, row.attempts)
            if row is not None and _stands(row, now):
                connection.execute(_REPEAT, {"k": kind, "y": key, "now": now})
                return replace(entry_of(row), repeats=row.repeats + 1)
            claim = Claim(kind, key, token, now + ttl, 1 if row is None else row.attempts + 1)
            _take(connection, claim, row, now, message)
            return claim

        return write(self._engine, work)

    def finish(self, claim: Claim, state: str, reason: str, detail: Mapping[str, Any] | None = None) -> None:
        """End the claim in one of the final states; Conflict when it is held by somebody else by now."""
        _check_ended(state)
        self._leave(claim, state, reason, {"detail": dict(detail or {})})

    def release(self, claim: Claim, reason: str, *, counts: bool) -> None:
        """Give the claim back; the next attempt may take it at once. `counts`: whether this one was an attempt."""
        attempts = claim.attempt if counts else claim.attempt - 1
        self._leave(claim, RELEASED, reason, {"attempts": attempts, "expires": self._clock() + RETRY_AFTER})

    def abandon(self, reason: str) -> int:
        """Release every claim in progress and say how many; only for whoever knows that no other worker lives."""
        now = self._clock()

        def work(connection: Connection) -> int:
            rows = connection.execute(_OPEN).all()
            for row in rows:
                line = {"state": RELEASED, "reason": reason, "at": now}
                _change(connection, row, _append(connection, row.kind, row.key, row.attempts, line) | {"expires": None})
            return len(rows)

        return write(self._engine, work)

    def note(self, kind: str, key: str, state: str, reason: str) -> None:
        """Record what asked for nothing. It never takes a claim away, nor reopens what a claim has ended."""
        now = self._clock()
        if self._counted(kind, key, now, lambda row: not _may_note(row, state, reason)):
            return

        def work(connection: Connection) -> None:
            row = connection.execute(FIND, {"k": kind, "y": key}).one_or_none()
            if row is not None and not _may_note(row, state, reason):
                connection.execute(_REPEAT, {"k": kind, "y": key, "now": now})
                return
            attempts = 0 if row is None else row.attempts
            values = _append(connection, kind, key, attempts, {"state": state, "reason": reason, "at": now})
            if row is None:
                connection.execute(_LEDGER, _fresh(kind, key) | values)
            else:
                _change(connection, row, values)

        write(self._engine, work)

    def _leave(self, claim: Claim, state: str, reason: str, extra: Mapping[str, Any]) -> None:
        now = self._clock()

        def work(connection: Connection) -> None:
            line = {"state": state, "reason": reason, "at": now}
            values = _append(connection, claim.kind, claim.key, claim.attempt, line)
            here = {"k": claim.kind, "y": claim.key, "held": claim.token, "expires": None}
            if not connection.execute(_HELD, here | values | dict(extra)).rowcount:
                raise _NotHeld

        try:
            write(self._engine, work)
        except _NotHeld:
            self._explain(claim, state)

    def _explain(self, claim: Claim, state: str) -> None:
        """Conflict with the current state, unless it is this very call's own write, whose answer was lost."""

        def work(connection: Connection) -> Row[Any] | None:
            return connection.execute(FIND, {"k": claim.kind, "y": claim.key}).one_or_none()

        row = write(self._engine, work)
        if row is not None and (row.token, row.state) == (claim.token, state):
            return
        now = "it is gone" if row is None else f"it is {row.state} at attempt {row.attempts}"
        raise Conflict(f"Attempt {claim.attempt} no longer holds {claim.kind} {claim.key!r}: {now}.")


class _NotHeld(Exception):
    """No row with this token is in progress; rolls the transaction back."""


def _stands(row: Row[Any], now: datetime) -> bool:
    if row.state == IN_PROGRESS:
        return bool(row.expires > now)
    return row.state in TERMINAL


def _may_note(row: Row[Any], state: str, reason: str) -> bool:
    if row.state in {IN_PROGRESS, RELEASED} or (row.state, row.reason) == (state, reason):
        return False
    ended = bool(row.token) and row.state in TERMINAL
    return state in TERMINAL or not ended


def _take(connection: Connection, claim: Claim, row: Row[Any] | None, now: datetime, message: str) -> None:
    reason = "claimed" if row is None else f"taken over; it was {row.state}"
    line = {"state": IN_PROGRESS, "reason": reason, "at": now}
    values = _append(connection, claim.kind, claim.key, claim.attempt, line)
    values |= {"attempts": claim.attempt, "token": claim.token, "expires": claim.expires}
    values["message"] = message or ("" if row is None else row.message)
    if row is None:
        connection.execute(_LEDGER, _fresh(claim.kind, claim.key) | values)
    else:
        _change(connection, row, values)


def _change(connection: Connection, row: Row[Any], values: Mapping[str, Any]) -> None:
    here = {"k": row.kind, "y": row.key, "seen": row.last}
    if not connection.execute(_SEEN, here | dict(values)).rowcount:
        raise Overtaken(f"Somebody else changed {row.kind} {row.key!r} first.")


def _append(connection: Connection, kind: str, key: str, attempt: int, line: Mapping[str, Any]) -> dict[str, Any]:
    """Write the transition to the journal; the line with `last`, its place there."""
    inserted = connection.execute(_JOURNAL, {"kind": kind, "key": key, "attempt": attempt, **line})
    (place,) = inserted.inserted_primary_key or (0,)
    return {**line, "last": place}


def _fresh(kind: str, key: str) -> dict[str, Any]:
    nothing = {"attempts": 0, "repeats": 0, "last_repeat_at": None, "token": "", "expires": None}
    return {"kind": kind, "key": key, "message": "", "detail": {}, **nothing}


def _check_ended(state: str) -> None:
    if state not in ENDED:
        raise BadInput(f"A ledger entry cannot end as {state!r}; accepted: {', '.join(sorted(ENDED))}.")
