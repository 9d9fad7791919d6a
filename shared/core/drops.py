"""Drops: the blobs of one, its ledger key, and the ending that its files share."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared.core.blob import Blob
from shared.core.ledger import Kind, Outcome, State
from shared.core.paths import Landing

if TYPE_CHECKING:
    from shared.core.ports import CorePorts


def drop_blobs(ports: CorePorts, where: Landing) -> tuple[Blob, ...]:
    """The blobs of the drop as they are now, in name order."""
    depth = where.folder.count("/")
    return tuple(blob for blob in ports.core.lake.list(where.folder) if blob.path.count("/") == depth)


def drop_key(where: Landing, blobs: Sequence[Blob]) -> str:
    """The ledger key of exactly these blob versions: `<scenario>/<drop>@<digest>`."""
    listing = "\n".join(f"{blob.path}@{blob.etag}" for blob in blobs)
    return f"{where.key}@{hashlib.sha256(listing.encode()).hexdigest()[:12]}"


def finish_waiting(ports: CorePorts, blobs: Sequence[Blob], outcome: Outcome) -> None:
    """End the entries of files that waited for others of their drop, with the outcome of the drop."""
    for blob in blobs:
        key = blob_key(blob)
        entry = ports.core.history.find(Kind.BLOB, key)
        if entry is not None and entry.state == State.WAITING:
            ports.core.ledger.note(Kind.BLOB, key, outcome.state, outcome.reason)


def blob_key(blob: Blob) -> str:
    """The ledger key of one version of one blob."""
    return f"{blob.path}@{blob.etag.strip(chr(34))}"
