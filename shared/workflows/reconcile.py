"""The sweep of data: whatever an event, a worker or a delivery lost is found again from the state itself.

What releases wait for is looked for apart (`release_sweep`): whoever sweeps data needs no right to deploy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from shared.domain.events import DEAD_LETTER
from shared.domain.paths import AREAS, landing
from shared.domain.records import Blob
from shared.ports import Ports
from shared.workflows.announce import announce, relay
from shared.workflows.ingest import blob_key
from shared.workflows.messages import cloud_event
from shared.workflows.recurring import start_due
from shared.workflows.train import watch_runs


@dataclass(frozen=True, slots=True)
class Sweep:
    """What the sweep found to do again, as messages for the queues, and what it did itself."""

    events: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    delivered: int = 0


def reconcile(ports: Ports) -> Sweep:
    """Find stuck claims on files, missed blobs, dead letters and lost runs; deliver the outbox.

    Training that is due by a schedule is started.
    """
    # Windows are not among them: the planning timer sends those again.
    stuck = [entry for entry in ports.history.stuck(ports.clock()) if entry.kind == "blob"]
    messages = [entry.message for entry in stuck]
    seen = {entry.key for entry in stuck}
    messages.extend(_blob_event(ports, blob) for blob in _missed_blobs(ports) if blob_key(blob) not in seen)
    messages.extend(_dead_letters(ports))
    runs = [run.id for run in watch_runs(ports)]
    start_due(ports)
    _tell_failed_runs(ports)
    return Sweep(messages, runs, relay(ports))


def _missed_blobs(ports: Ports) -> Iterator[Blob]:
    for scenario in ports.scenarios:
        for area in AREAS:
            for blob in ports.lake.list(f"{area}/{scenario}/"):
                if isinstance(landing(blob.path, ports.scenarios), str):
                    continue
                if ports.history.find("blob", blob_key(blob)) is None:
                    yield blob


def _dead_letters(ports: Ports) -> Iterator[str]:
    """Events that could not be delivered are taken up once; from then on only `mlops replay` tries them again."""
    for letter in ports.operations.dead_letters.list():
        if ports.history.find("deadletter", letter.id) is None:
            reason = letter.reason or letter.problem
            announce(ports, "EventDeadLettered", f"deadletters/{letter.id}", {"file": letter.id, "reason": reason})
            yield dead_letter_message(letter.id)


def dead_letter_message(letter_id: str) -> str:
    """The queue message that asks to take up a dead letter."""
    return cloud_event(DEAD_LETTER, letter_id, letter_id, {})


def _tell_failed_runs(ports: Ports) -> None:
    """However a run failed, here or in the process that trained it, it is told once."""
    for run in ports.runs.list():
        if run.state == "failed":
            data = {"scenario": run.scenario, "run": run.id, "dataset": run.dataset, "reason": run.reason}
            announce(ports, "RunFailed", f"runs/{run.id}", data)


def _blob_event(ports: Ports, blob: Blob) -> str:
    subject = f"/blobServices/default/containers/{ports.container}/blobs/{blob.path}"
    data = {"api": "PutBlob", "eTag": blob.etag, "contentLength": blob.size}
    return cloud_event("Microsoft.Storage.BlobCreated", subject, blob_key(blob), data)
