"""Endings that were lost: work whose subject is over, while its message or its worker is gone and nobody would look.

A host that starts anew releases what it had queued, and a worker that paused past its lease may end a window and no
longer be the one who may say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from shared.core.claims import RESEND_AFTER, once
from shared.core.drops import blob_key
from shared.core.ledger import Entry, Kind, Outcome, State
from shared.prediction.window import WindowState

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts

# Entries that one sweep looks at.
MOST = 200


def end_lost(ports: OperationsPorts, stuck: Sequence[Entry]) -> None:
    """End what is queued, released or `stuck` (its worker is gone) although its file, window or version is over."""
    lost = ports.core.clock() - RESEND_AFTER
    waiting = ports.operations.totals.in_states({State.QUEUED, State.RELEASED}, MOST)
    old = {(entry.kind, entry.key): entry for entry in (*waiting, *stuck[:MOST]) if entry.at <= lost}
    _end_files(ports, old.values())
    _end_windows(ports, old.values())
    _end_versions(ports, old.values())


def is_open(entry: Entry) -> bool:
    """Whether no worker has taken it up: it is queued, or was released before anybody had its message."""
    return entry.state == State.QUEUED or (entry.state == State.RELEASED and not entry.message)


def _end_files(ports: OperationsPorts, entries: Iterable[Entry]) -> None:
    for entry in entries:
        if entry.kind == Kind.BLOB and is_open(entry):
            blob = ports.core.lake.stat(entry.key.rpartition("@")[0])
            if blob is None:
                ports.core.ledger.note(Kind.BLOB, entry.key, State.GONE, "The file was removed before it was read.")
            elif blob_key(blob) != entry.key:
                reason = "A newer version of the file landed before this one was read."
                ports.core.ledger.note(Kind.BLOB, entry.key, State.SUPERSEDED, reason)


def _end_windows(ports: OperationsPorts, entries: Iterable[Entry]) -> None:
    for entry in entries:
        if entry.kind == Kind.WINDOW:
            scenario, _, name = entry.key.partition("/")
            window = ports.prediction.windows.find(scenario, name)
            if window is not None and window.state != WindowState.PLANNED:
                refused = Outcome(State.QUARANTINED, window.reason)
                ended = refused if window.state == WindowState.QUARANTINED else _committed(ports, scenario, name)
                _end(ports, entry, ended)


def _end(ports: OperationsPorts, entry: Entry, outcome: Outcome) -> None:
    once(ports, entry.kind, entry.key, entry.message, lambda: outcome)


def _committed(ports: OperationsPorts, scenario: str, window: str) -> Outcome:
    commit = ports.prediction.predictions.find_commit(scenario, window)
    return Outcome(State.DONE, "The window was predicted." if commit is None else commit.sentence)


def _end_versions(ports: OperationsPorts, entries: Iterable[Entry]) -> None:
    announced = [entry for entry in entries if entry.kind == Kind.DATASET]
    scenarios = {entry.key.partition("/")[0] for entry in announced}
    there = {version.key for scenario in scenarios for version in ports.datasets.versions.list(scenario)}
    for entry in announced:
        if entry.key not in there:
            _end(ports, entry, Outcome(State.GONE, "The dataset version was removed before it was announced."))
