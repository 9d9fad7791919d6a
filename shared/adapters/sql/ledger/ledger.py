"""The ledger in SQL: one claimed row per (kind, key), one journal line per transition, repeats only counted."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, select

from shared.adapters.sql.connection.shared_commits import Change, SharedCommits
from shared.adapters.sql.connection.transactions import rows_changed, write
from shared.adapters.sql.ledger.history import entry_of, find_row
from shared.adapters.sql.ledger.queueing import Wanted, mark
from shared.adapters.sql.ledger.transitions import CHANGE, add_entry, add_line, change_entry
from shared.adapters.sql.schema.tables import ledger
from shared.core.errors import BadInput, Conflict
from shared.core.ledger import ENDED, TERMINAL, Claim, Entry, State

type _Blocks = Callable[[Row[Any], datetime], bool]
IN_PROGRESS, RELEASED = State.IN_PROGRESS, State.RELEASED
# The queue delivers the message again within this time; only after it a sweep looks for the entry.
RETRY_AFTER = timedelta(seconds=60)
# Nobody holds what was released: its version of a file may be there no more.
_AFTER_RELEASE = frozenset({State.SUPERSEDED, State.GONE})

_L = ledger.c
_CHANGE_HELD = CHANGE.where(_L.token == bindparam("this_token"), _L.state == IN_PROGRESS)
_COUNT = CHANGE.values(repeats=_L.repeats + 1)


class SqlLedger:
    """Port `Ledger`. `clock` gives the time; two workers never hold the same key.

    A claim's token begins with its `owner`, the home of the worker: only claims of this home are ever abandoned. The
    clock is read inside the transaction, so that times follow the order of the journal.
    """

    def __init__(self, engine: Engine, clock: Callable[[], datetime], owner: str = "") -> None:
        self._engine = engine
        self._commits = SharedCommits(engine)
        self._clock = clock
        self._owner = f"{owner}."

    def claim(self, kind: str, key: str, ttl: timedelta, message: str = "") -> Claim | Entry:
        """Return the claim, or the entry that blocks it."""
        # The token is drawn before the transaction: if a lost answer makes it run again, it finds its own claim.
        token = f"{self._owner}{secrets.token_hex(16)}"

        def work(connection: Connection) -> Claim | Entry:
            row, now = find_row(connection, kind, key), self._clock()
            if row is not None and row.token == token:
                return Claim(kind, key, token, row.expires, row.attempts)
            if row is not None and _blocks_claim(row, now):
                return _count_repeat(connection, row, now)
            # Work that waited did not crash: its attempts count anew.
            before = 0 if row is None or row.state == State.WAITING else row.attempts
            claim = Claim(kind, key, token, now + ttl, before + 1)
            _take(connection, claim, row, now, message)
            return claim

        return self._commits.make(Change(work, self._repeated(kind, key, _blocks_claim)))

    def _repeated(self, kind: str, key: str, blocks: _Blocks) -> Callable[[Connection], Entry | None]:
        """Count a repeat on the entry that blocks and return it: the cheap answer to work that comes again."""

        def work(connection: Connection) -> Entry | None:
            row, now = find_row(connection, kind, key), self._clock()
            return None if row is None or not blocks(row, now) else _count_repeat(connection, row, now)

        return work

    def finish(self, claim: Claim, state: str, reason: str, detail: Mapping[str, Any] | None = None) -> None:
        """End the claim in one of the final states; Conflict when another worker holds it by now."""
        _check_ended(state)
        self._leave(claim, state, reason, lambda _: {"detail": dict(detail or {}), "expires": None})

    def release(self, claim: Claim, reason: str, *, counts: bool) -> None:
        """Give the claim back; the next attempt may take it at once. `counts`: whether this one was an attempt."""
        attempts = claim.attempt if counts else claim.attempt - 1
        self._leave(claim, RELEASED, reason, lambda now: {"attempts": attempts, "expires": now + RETRY_AFTER})

    def abandon(self, reason: str) -> int:
        """Release this owner's claims in progress and what it queued; its caller knows that no worker of it lives."""
        mine = (_L.state.in_((IN_PROGRESS, State.QUEUED)), _L.token.startswith(self._owner, autoescape=True))

        def work(connection: Connection) -> int:
            rows = connection.execute(select(ledger).where(*mine).order_by(_L.last)).all()
            for row in rows:
                line = add_line(connection, row.kind, row.key, row.attempts, RELEASED, reason, self._clock())
                change_entry(connection, row, **line, expires=None)
            return len(rows)

        return write(self._engine, work)

    def note(self, kind: str, key: str, state: str, reason: str) -> None:
        """Record a state that needs no work. It never takes a claim away, nor reopens what a claim has ended.

        What was released may end with its version of a file.
        """
        repeated = self._repeated(kind, key, lambda row, _: not _may_note(row, state, reason))
        # What is queued lies on the queue of this owner.
        queued = {"token": self._owner} if state == State.QUEUED else {}

        def work(connection: Connection) -> Entry | None:
            row, now = find_row(connection, kind, key), self._clock()
            if row is not None and not _may_note(row, state, reason):
                return _count_repeat(connection, row, now)
            line = add_line(connection, kind, key, 0 if row is None else row.attempts, state, reason, now)
            if row is None:
                add_entry(connection, kind, key, **line, **queued)
            else:
                # Work that waited did not crash, also when its next message is queued: its attempts count anew.
                anew = {"attempts": 0} if row.state == State.WAITING else {}
                change_entry(connection, row, **line, **queued, **anew, expires=None)
            return None

        self._commits.make(Change(work, repeated))

    def queue(self, kind: str, keys: Sequence[str], most: int, lost: datetime) -> list[str]:
        """Mark the free ones as queued, in order, while fewer than `most` of the kind wait; returns those it marked."""
        return mark(self._engine, self._clock, self._owner, Wanted(kind, keys, most, lost))

    def _leave(self, claim: Claim, state: str, reason: str, values: Callable[[datetime], Mapping[str, Any]]) -> None:

        def work(connection: Connection) -> None:
            now = self._clock()
            line = {**add_line(connection, claim.kind, claim.key, claim.attempt, state, reason, now), **values(now)}
            this = {"this_kind": claim.kind, "this_key": claim.key, "this_token": claim.token}
            if not rows_changed(connection.execute(_CHANGE_HELD, {**this, **line})):
                raise _NotHeld

        try:
            self._commits.make(Change(work))
        except _NotHeld:
            self._explain(claim, state)

    def _explain(self, claim: Claim, state: str) -> None:
        """Raise Conflict with the current state, unless it is this call's own write, whose answer was lost."""
        row = write(self._engine, lambda connection: find_row(connection, claim.kind, claim.key))
        if row is not None and (row.token, row.state) == (claim.token, state):
            return
        now = "it is gone" if row is None else f"it is {row.state} at attempt {row.attempts}"
        raise Conflict(f"Attempt {claim.attempt} no longer holds {claim.kind} {claim.key!r}: {now}.")


class _NotHeld(Exception):
    """No row with this token is in progress; rolls the transaction back."""


def _blocks_claim(row: Row[Any], now: datetime) -> bool:
    if row.state == IN_PROGRESS:
        return bool(row.expires > now)
    return row.state in TERMINAL


def _may_note(row: Row[Any], state: str, reason: str) -> bool:
    if row.state == IN_PROGRESS or (row.state, row.reason) == (state, reason):
        return False
    if row.state == RELEASED:
        return state in _AFTER_RELEASE
    # A token that ends with its owner is no claim's: the entry was queued.
    ended = bool(row.token) and not row.token.endswith(".") and row.state in TERMINAL
    return state in TERMINAL or not ended


def _count_repeat(connection: Connection, row: Row[Any], now: datetime) -> Entry:
    connection.execute(_COUNT, {"this_kind": row.kind, "this_key": row.key, "last_repeat_at": now})
    return replace(entry_of(row), repeats=row.repeats + 1)


def _take(connection: Connection, claim: Claim, row: Row[Any] | None, now: datetime, message: str) -> None:
    reason = "claimed" if row is None or row.state == State.QUEUED else f"taken over; it was {row.state}"
    line = add_line(connection, claim.kind, claim.key, claim.attempt, IN_PROGRESS, reason, now)
    values = {**line, "attempts": claim.attempt, "token": claim.token, "expires": claim.expires}
    if row is None:
        add_entry(connection, claim.kind, claim.key, **values, message=message)
    else:
        change_entry(connection, row, **values, message=message or row.message)


def _check_ended(state: str) -> None:
    if state not in ENDED:
        raise BadInput(f"A ledger entry cannot end as {state!r}; accepted: {', '.join(sorted(ENDED))}.")
