"""What failed and still matters: what was tried again with success, replaced or acknowledged is left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from shared.core.errors import Conflict, Missing
from shared.core.ledger import FAILURES, Entry, Kind, State

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts

_GOOD = frozenset({State.DONE, State.WAITING, State.DUPLICATE, State.IN_PROGRESS, State.QUEUED})
# Work whose key ends with the version of a file: a further version is the same work again.
_VERSIONED = frozenset({Kind.BLOB, Kind.DROP, Kind.FEEDBACK})
_RELEASED = frozenset({Kind.MODEL, Kind.RELEASE, Kind.ROLLOUT, Kind.APPROVAL, Kind.SMOKE})
_VERSION = re.compile(r"(?P<name>[^:/@]+):(?P<version>\d{1,9})")


def open_failures(ports: OperationsPorts, most: int) -> Sequence[Entry]:
    """The newest failures that nobody acknowledged and nothing resolved; a drop and its files are one of them."""
    by_reason: dict[str, Entry] = {}
    for entry in ports.operations.totals.in_states(FAILURES, 4 * most):
        # A refused retraining is a decision, which the page of monitoring shows.
        if entry.kind != Kind.RETRAIN and (entry.reason not in by_reason or entry.kind != Kind.BLOB):
            by_reason[entry.reason] = entry
    still = (entry for entry in by_reason.values() if not (_acknowledged(ports, entry) or resolved(ports, entry)))
    return list(islice(still, most))


def acknowledge(ports: OperationsPorts, kind: str, key: str, *, by: str, reason: str) -> Entry:
    """Note that a person has seen this failure; it shows again when it fails once more.

    Missing when there is no such work, Conflict when it has not failed.
    """
    entry = ports.core.history.find(kind, key)
    if entry is None:
        raise Missing(f"There is no {kind[:40]} {key[:200]!r} in the history.")
    if entry.state not in FAILURES:
        raise Conflict(f"{kind} {key} is {entry.state}: there is nothing to acknowledge.")
    told = f"Acknowledged by {by}: {reason} It was {entry.state} at {entry.at:%Y-%m-%d %H:%M:%S.%f}."
    ports.core.ledger.note(Kind.ACKNOWLEDGED, f"{kind}/{key}", State.DONE, told)
    return entry


def _acknowledged(ports: OperationsPorts, entry: Entry) -> bool:
    seen = ports.core.history.find(Kind.ACKNOWLEDGED, f"{entry.kind}/{entry.key}")
    return seen is not None and seen.at >= entry.at


def resolved(ports: OperationsPorts, entry: Entry) -> bool:
    """Whether the same came to a good end since: another version of the file, a later run or model version."""
    if entry.kind in _VERSIONED:
        return _replaced(ports, entry)
    if entry.kind == Kind.TRAIN:
        return _trained_since(ports, entry)
    return entry.kind in _RELEASED and _served_since(ports, entry)


def _replaced(ports: OperationsPorts, entry: Entry) -> bool:
    path, at, _ = entry.key.rpartition("@")
    later = ports.core.history.lines(entry.kind, begins=f"{path}@") if at else ()
    return any(one.key != entry.key and one.at > entry.at and one.state in _GOOD for one in later)


def _trained_since(ports: OperationsPorts, entry: Entry) -> bool:
    run = ports.training.runs.find(entry.key)
    newest = ports.training.runs.newest(run.scenario) if run else None
    return newest is not None and newest.state == "completed" and newest.updated_at > entry.at


def _served_since(ports: OperationsPorts, entry: Entry) -> bool:
    """A later version serves: why this one does not is of no more concern."""
    named = _VERSION.match(entry.key)
    current = ports.release.deployments.current(named["name"]) if named else None
    return named is not None and current is not None and current.version > int(named["version"])
