"""Event Grid payloads, both schemas, become our own values. Nothing here trusts an event beyond its shape."""

from __future__ import annotations

from dataclasses import dataclass

# Azure Storage operations that mean "the blob's bytes are complete".
COMPLETING = frozenset({"PutBlob", "PutBlockList", "CopyBlob", "FlushWithClose", "SftpCommit"})
_SUBJECT = "/blobServices/default/containers/"


@dataclass(frozen=True, slots=True)
class BlobArrived:
    """A blob's bytes are complete. `etag` pins the read; `sequencer` orders events of one blob name only."""

    event_id: str
    container: str
    path: str
    etag: str
    size: int
    api: str
    sequencer: str = ""


@dataclass(frozen=True, slots=True)
class ModelRegistered:
    """A registry says that it holds this model version. The registry is asked again before anything is believed."""

    event_id: str
    workspace: str
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class RunEnded:
    """A training run reached a final status (`completed`, `failed`, `canceled`)."""

    event_id: str
    run_id: str
    status: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """A well-formed event that asks for nothing, with the reason."""

    event_id: str
    kind: str
    subject: str
    reason: str


Event = BlobArrived | ModelRegistered | RunEnded | Ignored
