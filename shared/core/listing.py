"""The next slice of a listing that goes round the lake: every file is seen in every round, some in each call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shared.core.blob import Blob
from shared.core.listing_round import Round

if TYPE_CHECKING:
    from shared.core.ports import CorePorts

# What one call lists at most: a page of Blob Storage.
SLICE = 5000


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
