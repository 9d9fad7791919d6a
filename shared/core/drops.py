"""Drops: the blobs of one, its ledger key, and the ending that its files share."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared.core.blob import Blob
from shared.core.ledger import Kind, Outcome, State
from shared.core.paths import Landing, landing
from shared.core.scenario import Scenario

if TYPE_CHECKING:
    from shared.core.ports import CorePorts

# In the detail of a drop's entry: the drop waits only until a drop that came with it makes the version.
HELD = "held"


def drop_files(ports: CorePorts, where: Landing) -> tuple[Blob, ...]:
    """The blobs of the drop as they are now, in name order: its marker is among them, what is no data is not."""
    blobs = ports.core.lake.list(where.folder)
    return tuple(blob for blob in blobs if isinstance(landing(blob.path, ports.core.scenarios), Landing))


def without_marker(where: Landing, files: Sequence[Blob]) -> tuple[Blob, ...]:
    """The files of a drop that hold rows: neither its marker nor empty parts beside others."""
    marker = where.scenario.arrival.marker_name
    return tuple(without_empty_parts(where.scenario, [blob for blob in files if blob.name != marker]))


def without_empty_parts(scenario: Scenario, blobs: Sequence[Blob]) -> list[Blob]:
    """The blobs without empty ones that lie beside others of their table: a data engine writes empty parts."""
    filled = {_stem(scenario, blob) for blob in blobs if blob.size}
    return [blob for blob in blobs if blob.size or _stem(scenario, blob) not in filled]


def _stem(scenario: Scenario, blob: Blob) -> str:
    """What files of one table share: nothing where there is one table, else the beginning of their names."""
    return re.split(r"[.-]", blob.name, maxsplit=1)[0] if len(scenario.tables) > 1 else ""


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
