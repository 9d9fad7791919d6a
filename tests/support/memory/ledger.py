"""The ledger in memory."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from memory.store import InMemory, Memory, atomic
from shared.core.errors import BadInput, Conflict
from shared.core.ledger import ENDED, TERMINAL, Claim, Entry, State

_RETRY_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Row:
    """The current entry, who holds it, and the number of its newest line in the journal."""

    entry: Entry
    token: str
    line: int


class MemoryLedger(InMemory):
    """Port `Ledger`: who claims holds a token that begins with the name of its owner."""

    def __init__(self, memory: Memory, clock: Callable[[], datetime], owner: str = "") -> None:
        super().__init__(memory)
        self._clock = clock
        self._owner = f"{owner}."
        self._rows: dict[tuple[str, str], Row] = memory.rows["ledger"]

    @atomic
    def claim(self, kind: str, key: str, ttl: timedelta, message: str = "") -> Claim | Entry:
        """The claim, or the entry that blocks it."""
        row, now = self._rows.get((kind, key)), self._clock()
        if row is not None and _blocks(row.entry, now):
            return self._repeated(row)
        fresh = row is None or row.entry.state == State.WAITING
        attempt = 1 if fresh else row.entry.attempts + 1  # type: ignore[union-attr]
        claim = Claim(kind, key, f"{self._owner}{secrets.token_hex(8)}", now + ttl, attempt)
        taken = row is not None and row.entry.state != State.QUEUED
        reason = f"taken over; it was {row.entry.state}" if taken else "claimed"  # type: ignore[union-attr]
        detail = {} if row is None else row.entry.detail
        entry = Entry(kind, key, State.IN_PROGRESS, reason, now, attempt, 0, claim.expires, "", detail)
        self._write(entry, claim.token, message)
        return claim

    @atomic
    def finish(self, claim: Claim, state: str, reason: str, detail: Mapping[str, Any] | None = None) -> None:
        """End the claim; Conflict when somebody else holds it."""
        if state not in ENDED:
            raise BadInput(f"A ledger entry cannot end as {state!r}; accepted: {', '.join(sorted(ENDED))}.")
        self._leave(claim, state, reason, claim.attempt, None, detail or {})

    @atomic
    def release(self, claim: Claim, reason: str, *, counts: bool) -> None:
        """Give the claim back."""
        attempts = claim.attempt if counts else claim.attempt - 1
        self._leave(claim, State.RELEASED, reason, attempts, self._clock() + _RETRY_AFTER)

    @atomic
    def note(self, kind: str, key: str, state: str, reason: str) -> None:
        """Record a state that needs no work; never what a claim holds or has ended."""
        row = self._rows.get((kind, key))
        if row is not None and not _may_note(row, state, reason):
            self._repeated(row)
            return
        before = Entry(kind, key, state, reason, self._clock()) if row is None else row.entry
        # Work that waited did not crash, also when its next message is queued: its attempts count anew.
        attempts = 0 if before.state == State.WAITING else before.attempts
        entry = replace(before, state=state, reason=reason, at=self._clock(), attempts=attempts, expires=None)
        token = "" if row is None else row.token
        # The line tells which attempt waited.
        self._write(entry, self._owner if state == State.QUEUED else token, attempt=before.attempts)

    @atomic
    def abandon(self, reason: str) -> int:
        """Release what this owner has in progress or in its queue."""
        held = (State.IN_PROGRESS, State.QUEUED)
        mine = [row for row in self._rows.values() if row.entry.state in held and row.token.startswith(self._owner)]
        for row in sorted(mine, key=lambda row: row.line):
            entry = replace(row.entry, state=State.RELEASED, reason=reason, at=self._clock(), expires=None)
            self._write(entry, row.token)
        return len(mine)

    @atomic
    def queue(self, kind: str, keys: Sequence[str], most: int, lost: datetime) -> list[str]:
        """Mark the free ones as queued, in order, while fewer than `most` of the kind wait."""
        now, entries = self._clock(), (row.entry for row in self._rows.values())
        room = most - sum((one.kind, one.state) == (kind, State.QUEUED) and one.at >= lost for one in entries)
        free = [key for key in keys if _is_free(self._rows.get((kind, key)), now, lost)][: max(0, room)]
        for key in free:
            self._queue(kind, key, now)
        return free

    def _queue(self, kind: str, key: str, now: datetime) -> None:
        row = self._rows.get((kind, key))
        before = Entry(kind, key, "", "", now) if row is None else row.entry
        again = f" again at {now:%Y-%m-%dT%H:%M:%SZ}" if before.state == State.QUEUED else ""
        attempts = 0 if before.state == State.WAITING else before.attempts
        entry = replace(before, state=State.QUEUED, reason=f"Its message was queued{again}.", at=now, expires=None)
        self._write(replace(entry, attempts=attempts), self._owner, attempt=before.attempts)

    @atomic
    def reopen(self, kind: str, key: str, reason: str) -> bool:
        """Make an ended entry claimable; False when it is not ended."""
        row = self._rows.get((kind, key))
        if row is None or row.entry.state not in ENDED:
            return False
        entry = replace(row.entry, state=State.RELEASED, reason=reason, at=self._clock(), attempts=0, expires=None)
        self._write(entry, "")
        return True

    def _leave(  # noqa: PLR0917 -- what an entry becomes
        self,
        claim: Claim,
        state: str,
        reason: str,
        attempts: int,
        expires: datetime | None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        row = self._rows.get((claim.kind, claim.key))
        if row is not None and (row.token, row.entry.state) == (claim.token, state):
            # The same ending again: its answer was lost.
            return
        if row is None or (row.token, row.entry.state) != (claim.token, State.IN_PROGRESS):
            now = "it is gone" if row is None else f"it is {row.entry.state} at attempt {row.entry.attempts}"
            raise Conflict(f"Attempt {claim.attempt} no longer holds {claim.kind} {claim.key!r}: {now}.")
        told = row.entry.detail if detail is None else dict(detail)
        entry = replace(row.entry, state=state, reason=reason, at=self._clock(), expires=expires, detail=told)
        self._write(replace(entry, attempts=attempts), claim.token, attempt=claim.attempt)

    def _repeated(self, row: Row) -> Entry:
        entry = replace(row.entry, repeats=row.entry.repeats + 1)
        self._rows[entry.kind, entry.key] = replace(row, entry=entry)
        return entry

    def _write(self, entry: Entry, token: str, message: str = "", attempt: int | None = None) -> None:
        """Write a line to the journal, and the entry that it makes; `attempt` where the line tells another number."""
        before = self._rows.get((entry.kind, entry.key))
        kept = before.entry if before is not None else entry
        entry = replace(entry, message=message or kept.message, repeats=kept.repeats)
        number = next(self._memory.numbers)
        line = replace(entry, attempts=entry.attempts if attempt is None else attempt)
        self._memory.rows["journal"][number] = replace(line, repeats=0, expires=None, message="", detail={})
        self._rows[entry.kind, entry.key] = Row(entry, token, number)


def _is_free(row: Row | None, now: datetime, lost: datetime) -> bool:
    """Whether no message of it is on its way."""
    if row is None or row.entry.state == State.WAITING:
        return True
    if row.entry.state == State.QUEUED:
        return row.entry.at <= lost
    gone = row.entry.expires is None or row.entry.expires <= now
    return row.entry.state in {State.RELEASED, State.IN_PROGRESS} and gone


def _blocks(entry: Entry, now: datetime) -> bool:
    if entry.state == State.IN_PROGRESS:
        return entry.expires is not None and entry.expires > now
    return entry.state in TERMINAL


def _may_note(row: Row, state: str, reason: str) -> bool:
    entry = row.entry
    if entry.state == State.IN_PROGRESS or (entry.state, entry.reason) == (state, reason):
        return False
    if entry.state == State.RELEASED:
        return state in {State.SUPERSEDED, State.GONE}
    claimed = bool(row.token) and not row.token.endswith(".") and entry.state in TERMINAL
    return state in TERMINAL or not claimed
