"""Reading the ledger in memory, and reopening what has ended."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from memory.ledger import MemoryLedger, Row
from memory.store import InMemory, Memory, atomic
from shared.core.ledger import Entry, EntryFilter, State
from shared.core.timers.listing_round import Round


class MemoryHistory(InMemory):
    """Port `History`."""

    @property
    def _rows(self) -> dict[tuple[str, str], Row]:
        return self._memory.rows["ledger"]

    @atomic
    def entries(self, limit: int = 200, where: EntryFilter | None = None) -> Sequence[Entry]:
        """The newest lines that the filter names, newest first."""
        wanted = where or EntryFilter()
        found: list[Entry] = []
        for number in reversed(self._memory.rows["journal"]):
            if len(found) == limit:
                break
            if _named(self._memory.rows["journal"][number], wanted):
                found.append(self._line(number))
        return found

    @atomic
    def why(self, text: str) -> Sequence[Entry]:
        """The lines of every key that contains the text, and of the kind of that name, oldest first."""
        return self._those(lambda line: text in line.key or text == line.kind)

    @atomic
    def lines(self, kind: str, keys: Collection[str] = (), begins: str = "") -> Sequence[Entry]:
        """The lines of these keys of a kind, or of its keys that begin so, oldest first."""
        if keys:
            return self._those(lambda line: line.kind == kind and line.key in keys)
        return self._those(lambda line: bool(begins) and line.kind == kind and line.key.startswith(begins))

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

    def _those(self, wanted: Callable[[Entry], bool]) -> list[Entry]:
        """The lines whose kind and key are wanted, oldest first."""
        return [self._line(number) for number, line in self._memory.rows["journal"].items() if wanted(line)]

    def _line(self, number: int) -> Entry:
        """The line; the newest one of a key tells what only the entry has."""
        line: Entry = self._memory.rows["journal"][number]
        row = self._rows[line.kind, line.key]
        if row.line != number:
            return line
        entry = row.entry
        return replace(line, repeats=entry.repeats, expires=entry.expires, message=entry.message, detail=entry.detail)


class MemoryEntries(InMemory):
    """The part of ports `Totals` and `Lineage` that workflows read: current entries of the ledger."""

    @atomic
    def in_states(self, states: Collection[str], limit: int) -> Sequence[Entry]:
        """Entries that are in one of these states now, newest first."""
        rows: dict[tuple[str, str], Row] = self._memory.rows["ledger"]
        found = sorted((row for row in rows.values() if row.entry.state in states), key=lambda row: -row.line)
        return [row.entry for row in found[:limit]]

    @atomic
    def entries(self, keys: Sequence[tuple[str, str]]) -> list[Entry]:
        """The entries of those (kind, key), in the given order; a key without an entry is left out."""
        rows: dict[tuple[str, str], Row] = self._memory.rows["ledger"]
        return [rows[key].entry for key in keys if key in rows]


def _named(line: Entry, where: EntryFilter) -> bool:
    begins = tuple(where.scenario + mark for mark in "/:-")
    of_scenario = line.key == where.scenario or line.key.startswith(begins) or f"/{where.scenario}/" in line.key
    return (
        where.kind in {"", line.kind}
        and where.state in {"", line.state}
        and (not where.scenario or of_scenario)
        and (where.since is None or line.at >= where.since)
        and (where.before is None or line.at < where.before)
    )


class MemoryReopening(InMemory):
    """Port `Reopening`."""

    def __init__(self, memory: Memory, clock: Callable[[], datetime]) -> None:
        super().__init__(memory)
        self._ledger = MemoryLedger(memory, clock)

    @atomic
    def ended(self, states: Collection[str]) -> Sequence[Entry]:
        """Current entries in those states, oldest first."""
        return list(reversed(MemoryEntries(self._memory).in_states(states, 1 << 30)))

    @atomic
    def reopen(self, kind: str, key: str, reason: str) -> bool:
        """Make an ended entry claimable; False when it is not ended."""
        return self._ledger.reopen(kind, key, reason)


class MemoryRounds(InMemory):
    """Port `Rounds`."""

    @atomic
    def find(self, name: str) -> Round | None:
        """Where the round of that name stands; None before its first call."""
        return self._memory.rows["round"].get(name)

    @atomic
    def save(self, reached: Round) -> None:
        """Keep where it stands now."""
        self._memory.rows["round"][reached.name] = reached

    @atomic
    def list(self) -> Sequence[Round]:
        """All rounds by name."""
        return [one for _, one in sorted(self._memory.rows["round"].items())]
