"""Which work may be tried again: a list of items with their reasons; nothing is done here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from shared.core.errors import BadInput, Missing
from shared.core.ledger import Entry
from shared.core.paths import landing
from shared.operations.replay_items import DeadLetter

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


# What is tried again without being named, and what may be named.
BY_DEFAULT = frozenset({"failed", "quarantined"})
NAMED = BY_DEFAULT | {"conflict", "gone", "refused", "superseded", "ignored", "done", "duplicate"}
_DISPATCHED = ("blob", "model", "window", "poison")
_INSIDE = ("drop", "dataset")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to try again: its ledger entry, the message that asks for it, and entries to reopen with it.

    `left` says why it cannot be tried again, when it cannot.
    """

    kind: str
    key: str
    state: str
    reason: str
    at: datetime
    messages: tuple[str, ...] = ()
    inside: tuple[tuple[str, str], ...] = ()
    left: str = ""


def replayable(ports: OperationsPorts, keys: Sequence[str], start: datetime | None, end: datetime | None) -> list[Item]:
    """Items of that time [start, end), oldest first; of those that contain one of `keys`, when there are any.

    Missing when a key matches nothing. Dead letters that were taken up already are only among them when named.
    """
    if start is not None and end is not None and start >= end:
        raise BadInput("The time is empty; accepted: --from before --to.")
    entries = [
        one for one in ports.operations.reopening.ended(NAMED if keys else BY_DEFAULT) if one.kind in _DISPATCHED
    ]
    ended = ports.operations.reopening.ended(BY_DEFAULT)
    found = [_of_entry(ports, entry, ended) for entry in entries]
    found += [_of_letter(ports, letter) for letter in ports.operations.dead_letters.list()]
    for key in keys:
        if not any(key in item.key for item in found):
            raise Missing(f"Nothing that ended has {key[:200]!r} in its key; see mlops history.")
    chosen = [item for item in found if _is_asked(item, keys, start, end)]
    return sorted(chosen, key=lambda item: (item.at, item.kind, item.key))


def _is_asked(item: Item, keys: Sequence[str], start: datetime | None, end: datetime | None) -> bool:
    if (start is not None and item.at < start) or (end is not None and item.at >= end):
        return False
    if keys:
        return any(key in item.key for key in keys)
    return item.kind != "deadletter" or item.state != "done"


def _of_entry(ports: OperationsPorts, entry: Entry, ended: Sequence[Entry]) -> Item:
    left = "" if entry.message else "nobody kept the message that asked for it"
    messages = (entry.message,) if entry.message else ()
    inside = _inside(ports, entry, ended) if entry.kind == "blob" else ()
    return Item(entry.kind, entry.key, entry.state, entry.reason, entry.at, messages, inside, left)


def _inside(ports: OperationsPorts, entry: Entry, ended: Sequence[Entry]) -> tuple[tuple[str, str], ...]:
    """What ended with the blob, inside its work: its drop as a whole, and datasets of its scenario that failed."""
    where = landing(entry.key.rpartition("@")[0], ports.core.scenarios)
    if isinstance(where, str):
        return ()
    begins = {"drop": f"{where.key}@", "dataset": f"{where.scenario.name}/"}
    return tuple((one.kind, one.key) for one in ended if one.kind in _INSIDE and one.key.startswith(begins[one.kind]))


def _of_letter(ports: OperationsPorts, letter: DeadLetter) -> Item:
    entry = ports.core.history.find("deadletter", letter.id)
    state = entry.state if entry is not None else "dead letter"
    reason = letter.problem or letter.reason
    return Item("deadletter", letter.id, state, reason, letter.at, letter.events, (), letter.problem)
