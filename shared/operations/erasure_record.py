"""The record of what an erasure replaced: through it old digests and names lead to what there is now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Rewritten = Literal["file", "part", "window", "model"]


@dataclass(frozen=True, slots=True)
class ErasureRecord:
    """What one rewriting replaced: a digest or `path@etag`, by what, and how many rows went. `place` is what it was."""

    erasure: str
    kind: Rewritten
    place: str
    old: str
    new: str
    rows: int
