"""The sweep of data: whatever an event, a worker or a delivery lost is found again from the state itself.

What releases wait for is looked for apart (`release_sweep`): whoever sweeps data needs no right to deploy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shared.alerts.delivery import publish_and_alert
from shared.core.blob import Blob
from shared.core.drops import blob_key
from shared.core.events import DEAD_LETTER
from shared.core.messages import cloud_event
from shared.core.notices import announce
from shared.core.paths import AREAS, landing
from shared.training.runs import watch_runs
from shared.training.scheduled_runs import start_due

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


@dataclass(frozen=True, slots=True)
class Sweep:
    """What the sweep found to do again, as messages for the queues, and what it did itself."""

    events: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    delivered: int = 0


def reconcile(ports: OperationsPorts) -> Sweep:
    """Find stuck claims on files, missed blobs, dead letters and lost runs; deliver the outbox.

    Training that is due by a schedule is started.
    """
    # Windows are not among them: the planning timer sends those again.
    stuck = [entry for entry in ports.core.history.stuck(ports.core.clock()) if entry.kind == "blob"]
    messages = [entry.message for entry in stuck]
    seen = {entry.key for entry in stuck}
    messages.extend(_blob_event(ports, blob) for blob in _missed_blobs(ports) if blob_key(blob) not in seen)
    messages.extend(_dead_letters(ports))
    runs = [run.id for run in watch_runs(ports)]
    start_due(ports)
    _tell_failed_runs(ports)
    return Sweep(messages, runs, publish_and_alert(ports))


def _missed_blobs(ports: OperationsPorts) -> Iterator[Blob]:
    for scenario in ports.core.scenarios:
        for area in AREAS:
            for blob in ports.core.lake.list(f"{area}/{scenario}/"):
                if isinstance(landing(blob.path, ports.core.scenarios), str):
                    continue
                if ports.core.history.find("blob", blob_key(blob)) is None:
                    yield blob


def _dead_letters(ports: OperationsPorts) -> Iterator[str]:
    """Events that could not be delivered are taken up once; from then on only `mlops replay` tries them again."""
    for letter in ports.operations.dead_letters.list():
        if ports.core.history.find("deadletter", letter.id) is None:
            reason = letter.reason or letter.problem
            announce(ports, "EventDeadLettered", f"deadletters/{letter.id}", {"file": letter.id, "reason": reason})
            yield dead_letter_message(letter.id)


def dead_letter_message(letter_id: str) -> str:
    """The queue message that asks to take up a dead letter."""
    return cloud_event(DEAD_LETTER, letter_id, letter_id, {})


def _tell_failed_runs(ports: OperationsPorts) -> None:
    """However a run failed, here or in the process that trained it, it is told once."""
    for run in ports.training.runs.list():
        if run.state == "failed":
            data = {"scenario": run.scenario, "run": run.id, "dataset": run.dataset, "reason": run.reason}
            announce(ports, "RunFailed", f"runs/{run.id}", data)


def _blob_event(ports: OperationsPorts, blob: Blob) -> str:
    subject = f"/blobServices/default/containers/{ports.core.container}/blobs/{blob.path}"
    data = {"api": "PutBlob", "eTag": blob.etag, "contentLength": blob.size}
    return cloud_event("Microsoft.Storage.BlobCreated", subject, blob_key(blob), data)
