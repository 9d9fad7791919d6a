"""The ledger, its history and the outbox in memory."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from memory.store import InMemory, Memory, atomic
from shared.core.errors import BadInput, Conflict
from shared.core.ledger import ENDED, TERMINAL, Claim, Entry, EntryFilter, State
from shared.core.notice import Notice

_RETRY_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class _Row:
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
        self._rows: dict[tuple[str, str], _Row] = memory.rows["ledger"]

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
        entry = replace(before, state=state, reason=reason, at=self._clock(), attempts=attempts)
        token = "" if row is None else row.token
        self._write(entry, self._owner if state == State.QUEUED else token)

    @atomic
    def abandon(self, reason: str) -> int:
        """Release what this owner has in progress or in its queue."""
        held = (State.IN_PROGRESS, State.QUEUED)
        mine = [row for row in self._rows.values() if row.entry.state in held and row.token.startswith(self._owner)]
        for row in mine:
            entry = replace(row.entry, state=State.RELEASED, reason=reason, at=self._clock(), expires=None)
            self._write(entry, row.token)
        return len(mine)

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

    def _repeated(self, row: _Row) -> Entry:
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
        self._rows[entry.kind, entry.key] = _Row(entry, token, number)


class MemoryHistory(InMemory):
    """Ports `History` and the ledger's part of `Totals`."""

    @property
    def _rows(self) -> dict[tuple[str, str], _Row]:
        return self._memory.rows["ledger"]

    @atomic
    def entries(self, limit: int = 200, where: EntryFilter | None = None) -> Sequence[Entry]:
        """The newest lines that the filter names, newest first."""
        wanted = where or EntryFilter()
        found: list[Entry] = []
        for number in reversed(self._memory.rows["journal"]):
            line = self._line(number)
            if len(found) < limit and _named(line, wanted):
                found.append(line)
        return found

    @atomic
    def why(self, text: str) -> Sequence[Entry]:
        """The lines of every key that contains the text, and of the kind of that name, oldest first."""
        lines = (self._line(number) for number in self._memory.rows["journal"])
        return [line for line in lines if text in line.key or text == line.kind]

    @atomic
    def find(self, kind: str, key: str) -> Entry | None:
        """The current entry."""
        row = self._rows.get((kind, key))
        return None if row is None else row.entry

    @atomic
    def queued(self, kind: str, since: datetime) -> int:
        """How many entries of the kind were queued since then and are not taken yet."""
        entries = (row.entry for row in self._rows.values())
        return sum((one.kind, one.state) == (kind, State.QUEUED) and one.at >= since for one in entries)

    @atomic
    def stuck(self, now: datetime) -> Sequence[Entry]:
        """Entries whose worker is gone, and released ones that nobody took, oldest first."""
        open_ = [row for row in self._rows.values() if row.entry.state in {State.IN_PROGRESS, State.RELEASED}]
        found = [row for row in open_ if row.entry.expires is None or row.entry.expires <= now]
        return [row.entry for row in sorted(found, key=lambda row: row.line)]

    @atomic
    def in_states(self, states: Collection[str], limit: int) -> Sequence[Entry]:
        """Entries that are in one of these states now, newest first."""
        found = sorted((row for row in self._rows.values() if row.entry.state in states), key=lambda row: -row.line)
        return [row.entry for row in found[:limit]]

    def _line(self, number: int) -> Entry:
        """The line; the newest one of a key tells what only the entry has."""
        line: Entry = self._memory.rows["journal"][number]
        row = self._rows[line.kind, line.key]
        if row.line != number:
            return line
        entry = row.entry
        return replace(line, repeats=entry.repeats, expires=entry.expires, message=entry.message, detail=entry.detail)


def _blocks(entry: Entry, now: datetime) -> bool:
    if entry.state == State.IN_PROGRESS:
        return entry.expires is not None and entry.expires > now
    return entry.state in TERMINAL


def _may_note(row: _Row, state: str, reason: str) -> bool:
    entry = row.entry
    if entry.state in {State.IN_PROGRESS, State.RELEASED} or (entry.state, entry.reason) == (state, reason):
        return False
    claimed = bool(row.token) and not row.token.endswith(".") and entry.state in TERMINAL
    return state in TERMINAL or not claimed


def _named(line: Entry, where: EntryFilter) -> bool:
    begins = tuple(where.scenario + mark for mark in "/:-")
    of_scenario = line.key.startswith(begins) or f"/{where.scenario}/" in line.key
    return (
        where.kind in {"", line.kind}
        and where.state in {"", line.state}
        and (not where.scenario or of_scenario)
        and (where.since is None or line.at >= where.since)
        and (where.before is None or line.at < where.before)
    )


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


class MemoryReopening(InMemory):
    """Port `Reopening`."""

    def __init__(self, memory: Memory, clock: Callable[[], datetime]) -> None:
        super().__init__(memory)
        self._ledger = MemoryLedger(memory, clock)

    @atomic
    def ended(self, states: Collection[str]) -> Sequence[Entry]:
        """Current entries in those states, oldest first."""
        return list(reversed(MemoryHistory(self._memory).in_states(states, 1 << 30)))

    @atomic
    def reopen(self, kind: str, key: str, reason: str) -> bool:
        """Make an ended entry claimable; False when it is not ended."""
        return self._ledger.reopen(kind, key, reason)
