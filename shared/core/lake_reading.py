"""Whole blobs of the lake as bytes, JSON objects and Parquet tables; and its listing, a slice at a time."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from shared.core.blob import Blob
from shared.core.errors import Corrupt
from shared.core.timers.listing_round import Round

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.core.ports import CorePorts

# What one call lists at most: a page of Blob Storage.
SLICE = 5000


def read_bytes(ports: CorePorts, path: str) -> bytes:
    """The whole blob; Missing when absent."""
    with ports.core.lake.open(path) as source:
        return source.read()


def read_json(ports: CorePorts, path: str) -> Mapping[str, Any]:
    """The blob as a JSON object; Corrupt when it is none."""
    try:
        value = json.loads(read_bytes(ports, path))
    except (ValueError, RecursionError) as error:
        raise Corrupt(f"{path} is not JSON ({error}).") from error
    if not isinstance(value, dict):
        raise Corrupt(f"{path} is not a JSON object.")
    return value


def read_parquet(ports: CorePorts, path: str) -> pa.Table:
    """Return the Parquet blob as a table; its page checksums are verified."""
    import pyarrow.parquet as pq

    return pq.read_table(io.BytesIO(read_bytes(ports, path)), page_checksum_verification=True)


@dataclass(frozen=True, slots=True)
class Slice:
    """Blobs in name order, and where the round stands once they are worked off: save that then.

    `is_whole`: these are all blobs of the round.
    """

    blobs: Sequence[Blob]
    reached: Round
    is_whole: bool


def next_slice(ports: CorePorts, name: str, prefixes: Sequence[str], most: int = SLICE) -> Slice:
    """At most so many blobs below these prefixes, from where the round of that name stands."""
    stands = ports.core.rounds.find(name)
    if stands is None or stands.is_new:
        stands = replace(stands or Round(name, ports.core.clock()), began_at=ports.core.clock(), files=0)
    blobs: list[Blob] = []
    for prefix in sorted(prefixes):
        if prefix < stands.prefix:
            continue
        marker = _fill(ports, blobs, prefix, stands.marker if prefix == stands.prefix else "", most)
        if len(blobs) >= most:
            place = _place_after(prefix, marker, prefixes)
            break
    else:
        place = "", ""
    return Slice(blobs, _reached(ports, stands, place, len(blobs)), is_whole=stands.is_new and not place[0])


def _fill(ports: CorePorts, blobs: list[Blob], prefix: str, marker: str, most: int) -> str:
    """Add the prefix's blobs from the marker on; returns the marker of those that found no room."""
    while len(blobs) < most:
        page, marker = ports.core.lake.page(prefix, marker, most - len(blobs))
        blobs.extend(page)
        if not marker:
            return ""
    return marker


def _place_after(prefix: str, marker: str, prefixes: Sequence[str]) -> tuple[str, str]:
    """Where the next call goes on: in this prefix, in the next one, or with a new round."""
    if marker:
        return prefix, marker
    return min((other for other in prefixes if other > prefix), default=""), ""


def _reached(ports: CorePorts, stands: Round, place: tuple[str, str], files: int) -> Round:
    prefix, marker = place
    reached = replace(stands, prefix=prefix, marker=marker, files=stands.files + files)
    if prefix:
        return reached
    return replace(reached, ended_at=ports.core.clock(), ended_files=reached.files)
