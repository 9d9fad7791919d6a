"""The sweep of data: work that an event, a worker or a delivery lost is found again from the state itself.

Releases have a sweep of their own (`shared.release.sweep`), so that the sweep of data needs no right to deploy.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.alerts.delivery import publish_and_alert
from shared.core.blob import Blob
from shared.core.claims import RESEND_AFTER, mark_queued
from shared.core.drops import blob_key
from shared.core.events import DEAD_LETTER
from shared.core.lake_reading import SLICE, next_slice
from shared.core.ledger import Kind, State
from shared.core.messages import cloud_event
from shared.core.notices import announce
from shared.core.paths import AREAS, Landing, landing
from shared.core.timers.listing_round import FILES
from shared.intake.arrivals import settled_drops
from shared.intake.feedback import take_feedback
from shared.monitoring.governor import train_on_waiting_data
from shared.monitoring.overdue import watch_arrivals
from shared.operations.backlog import watch_backlog
from shared.operations.lost_endings import end_lost, is_open
from shared.operations.waiting_tables import follow_waiting
from shared.training.runs import watch_runs
from shared.training.scheduled_runs import start_due

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


# Events of missed files that one sweep sends: when nothing else is worked on, and while files are being worked off.
MOST, FEWEST = 200, 5
_OF_LATE = timedelta(seconds=30)
_NEWEST = 50
_MOST_WAITING = 5000
# Entries that are looked up together.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a sweep found: messages of lost work, runs that changed, and how many notices it delivered."""

    events: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    delivered: int = 0


def reconcile(ports: OperationsPorts, listed: int = SLICE) -> Sweep:
    """Find stuck claims on files, missed blobs, dead letters and lost runs; deliver the outbox.

    Of the lake at most so many files are `listed`: the next call goes on behind them.

    Scored windows whose labels have had their time become training data. Training that is due by a schedule, or that
    waited for a run that has ended, is started.
    """
    # Stuck windows are not among them: the planning timer sends those again.
    # What was queued and never claimed has no message: it is missed, not stuck.
    entries = ports.core.history.stuck(ports.core.clock())
    stuck = [entry for entry in entries if entry.kind == Kind.BLOB and entry.message]
    # Marked, so that the next sweep does not send them again while they wait on the queue.
    sent = set(mark_queued(ports, Kind.BLOB, [entry.key for entry in stuck]))
    messages = [entry.message for entry in stuck if entry.key in sent]
    messages.extend(_missed_events(ports, {entry.key for entry in stuck}, listed))
    end_lost(ports, entries)
    messages.extend(settled_drops(ports, _waiting_files(ports)))
    messages.extend(_dead_letters(ports))
    watch_backlog(ports)
    runs = [run.id for run in watch_runs(ports)]
    take_feedback(ports)
    train_on_waiting_data(ports)
    start_due(ports)
    watch_arrivals(ports)
    follow_waiting(ports)
    _announce_failed_runs(ports)
    return Sweep(messages, runs, publish_and_alert(ports))


def _missed_events(ports: OperationsPorts, stuck: Collection[str], listed: int) -> list[str]:
    """Events of blobs in the next slice of the lake that nobody has told of, marked before they are sent.

    While files are being worked off, their events are most likely still on the queue: then only a few are sent.
    """
    found = next_slice(ports, FILES, [f"{area}/{name}/" for area in AREAS for name in ports.core.scenarios], listed)
    blobs = {blob_key(blob): blob for blob in found.blobs if isinstance(_landing(ports, blob.path), Landing)}
    missed = [key for key in _untold(ports, list(blobs)) if key not in stuck]
    missed.sort(key=lambda key: blobs[key].modified)
    most = FEWEST if _is_busy(ports) else MOST
    events = [_blob_event(ports, blobs[key]) for key in mark_queued(ports, Kind.BLOB, missed, most)]
    lost = ports.core.clock() - RESEND_AFTER
    if sum(blobs[key].modified <= lost for key in missed) <= most:
        # Else the next sweep looks at the same files again: all their events are lost.
        ports.core.rounds.save(found.reached)
    return events


def _untold(ports: OperationsPorts, keys: Sequence[str]) -> Iterator[str]:
    """The keys that no worker knows of, looked up some at a time."""
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        entries = ports.operations.lineage.entries([(Kind.BLOB, key) for key in some])
        told = {entry.key for entry in entries if not is_open(entry)}
        yield from (key for key in some if key not in told)


def _is_busy(ports: OperationsPorts) -> bool:
    """Whether a worker has taken a file up of late."""
    since = ports.core.clock() - _OF_LATE
    newest = ports.core.history.entries(_NEWEST)
    return any(entry.kind == Kind.BLOB and entry.state != State.QUEUED and entry.at >= since for entry in newest)


def _landing(ports: OperationsPorts, path: str) -> Landing | str:
    return landing(path, ports.core.scenarios)


def _waiting_files(ports: OperationsPorts) -> Iterator[Landing]:
    """Where the files landed that wait, for others of their drop or for the end of a burst."""
    for entry in ports.operations.totals.in_states({State.WAITING}, _MOST_WAITING):
        where = _landing(ports, entry.key.rpartition("@")[0]) if entry.kind == Kind.BLOB else ""
        if isinstance(where, Landing):
            yield where


def _dead_letters(ports: OperationsPorts) -> Iterator[str]:
    """Events that could not be delivered are taken up once; from then on only `mlops replay` tries them again."""
    for letter in ports.operations.dead_letters.list():
        if ports.core.history.find(Kind.DEAD_LETTER, letter.id) is None:
            reason = letter.reason or letter.problem
            announce(ports, "EventDeadLettered", f"deadletters/{letter.id}", {"file": letter.id, "reason": reason})
            yield dead_letter_message(letter.id)


def dead_letter_message(letter_id: str) -> str:
    """The queue message that asks to take a dead letter up."""
    return cloud_event(DEAD_LETTER, letter_id, letter_id, {})


def _announce_failed_runs(ports: OperationsPorts) -> None:
    """Announce each failed run once, whether it failed here or in the process that trained it."""
    for run in ports.training.runs.list(states=["failed"]):
        data = {"scenario": run.scenario, "run": run.id, "dataset": run.dataset, "reason": run.reason}
        announce(ports, "RunFailed", f"runs/{run.id}", data)


def _blob_event(ports: OperationsPorts, blob: Blob) -> str:
    subject = f"/blobServices/default/containers/{ports.core.container}/blobs/{blob.path}"
    data = {"api": "PutBlob", "eTag": blob.etag, "contentLength": blob.size}
    return cloud_event("Microsoft.Storage.BlobCreated", subject, blob_key(blob), data)
