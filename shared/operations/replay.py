"""The work that may be tried again, as items with their reasons; `shared.dispatch` tries them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from shared.core.errors import BadInput, Missing
from shared.core.ledger import FAILURES, TERMINAL, Entry, Kind, State
from shared.core.paths import landing
from shared.operations.replay_items import DeadLetter

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


# What is tried again without being named; whatever ended for good may be named.
BY_DEFAULT: frozenset[str] = frozenset({State.FAILED, State.QUARANTINED})
_DISPATCHED = (Kind.BLOB, Kind.MODEL, Kind.WINDOW, Kind.POISON)


@dataclass(frozen=True, slots=True)
class ReplayItem:
    """A piece of work to try again: its ledger entry, the messages that ask for it, and the entries to reopen with it.

    `why_not` says why it cannot be tried again; empty when it can.
    """

    kind: str
    key: str
    state: str
    reason: str
    at: datetime
    messages: tuple[str, ...] = ()
    reopened_with: tuple[tuple[str, str], ...] = ()
    why_not: str = ""


def replayable(
    ports: OperationsPorts, keys: Sequence[str], start: datetime | None, end: datetime | None
) -> list[ReplayItem]:
    """Items of that time [start, end), oldest first; of those that contain one of `keys`, when there are any.

    BadInput for an empty key, Missing when a key matches nothing. Dead letters that were taken up already are only
    among them when named.
    """
    if not all(key.strip() for key in keys):
        raise BadInput(
            "A key is empty, which is part of every key; accepted: a part of a key, such as the drop's name."
        )
    if start is not None and end is not None and start >= end:
        raise BadInput("The time is empty; accepted: --from before --to.")
    entries = ports.operations.reopening.ended(TERMINAL if keys else BY_DEFAULT)
    ended_badly = ports.operations.reopening.ended(BY_DEFAULT)
    items = [_of_entry(ports, entry, ended_badly) for entry in entries if entry.kind in _DISPATCHED]
    items += [_of_letter(ports, letter) for letter in ports.operations.dead_letters.list()]
    for key in keys:
        if not any(key in item.key for item in items):
            raise Missing(f"Nothing that ended has {key[:200]!r} in its key; see mlops history.")
    chosen = [item for item in items if _is_chosen(item, keys, start, end)]
    return sorted(chosen, key=lambda item: (item.at, item.kind, item.key))


def is_replayable(entry: Entry) -> bool:
    """Whether work that ended badly can be tried again: its message was kept; of a drop those of its files."""
    return entry.kind == Kind.DROP or (entry.kind in _DISPATCHED and bool(entry.message))


def items_of(ports: OperationsPorts, kind: str, key: str) -> list[ReplayItem]:
    """The items of exactly that work, of a drop its files; Missing when there are none that ended badly."""
    drop = kind == Kind.DROP
    part = f"/{key.rpartition('@')[0]}/" if drop else key
    found = [item for item in replayable(ports, [part], None, None) if item.state in FAILURES]
    items = [item for item in found if (item.kind == Kind.BLOB if drop else (item.kind, item.key) == (kind, key))]
    if not items:
        raise Missing(f"Nothing of {kind[:40]} {key[:200]!r} ended badly and can be tried again; see mlops history.")
    return items


def _is_chosen(item: ReplayItem, keys: Sequence[str], start: datetime | None, end: datetime | None) -> bool:
    if (start is not None and item.at < start) or (end is not None and item.at >= end):
        return False
    if keys:
        return any(key in item.key for key in keys)
    return item.kind != Kind.DEAD_LETTER or item.state != State.DONE


def _of_entry(ports: OperationsPorts, entry: Entry, ended: Sequence[Entry]) -> ReplayItem:
    why_not = "" if entry.message else "its message was not kept"
    messages = (entry.message,) if entry.message else ()
    within = _entries_within(ports, entry, ended) if entry.kind == Kind.BLOB else ()
    return ReplayItem(entry.kind, entry.key, entry.state, entry.reason, entry.at, messages, within, why_not)


def _entries_within(ports: OperationsPorts, entry: Entry, ended: Sequence[Entry]) -> tuple[tuple[str, str], ...]:
    """The entries of the blob's work that ended badly too: its drop, and the datasets of its scenario."""
    where = landing(entry.key.rpartition("@")[0], ports.core.scenarios)
    if isinstance(where, str):
        return ()
    prefixes: dict[str, str] = {Kind.DROP: f"{where.key}@", Kind.DATASET: f"{where.scenario.name}/"}
    return tuple(
        (one.kind, one.key) for one in ended if one.kind in prefixes and one.key.startswith(prefixes[one.kind])
    )


def _of_letter(ports: OperationsPorts, letter: DeadLetter) -> ReplayItem:
    entry = ports.core.history.find(Kind.DEAD_LETTER, letter.id)
    state = entry.state if entry is not None else "dead letter"
    reason = letter.problem or letter.reason
    return ReplayItem(Kind.DEAD_LETTER, letter.id, state, reason, letter.at, letter.events, (), letter.problem)
