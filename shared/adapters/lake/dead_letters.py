"""Dead letters as blobs: `deadletters/…` in the lake, a container of their own, and the local Event Grid's folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.core.blob import Blob
from shared.core.errors import BadInput, Misconfigured, Missing, Superseded
from shared.core.ports import Lake
from shared.operations.replay_items import DeadLetter, read_dead_letter

# Event Grid writes at most a few megabytes into one file; what is larger is not one of its files.
_LARGEST = 32 << 20
# Their folder in the lake, and their container beside it in Blob Storage, which subscriptions name.
FOLDER, CONTAINER = "deadletters/", "deadletters"


@dataclass(frozen=True, slots=True)
class Place:
    """Where dead letters lie; `optional` where the container need not exist before the first one."""

    lake: Lake
    prefix: str
    optional: bool = False

    def blobs(self) -> Iterator[Blob]:
        """All blobs of the place; none where it does not exist yet."""
        try:
            yield from self.lake.list(self.prefix)
        except Misconfigured:
            if not self.optional:
                raise

    def stat(self, letter_id: str) -> Blob | None:
        """The blob of that id; None when there is none, or the id is no name of one."""
        # An id comes from a message: it names a blob among the dead letters, or nothing.
        if not letter_id.startswith(self.prefix) or not letter_id.endswith(".json"):
            return None
        try:
            return self.lake.stat(letter_id)
        except BadInput:
            return None
        except Misconfigured:
            if not self.optional:
                raise
            return None


class LakeDeadLetters:
    """Port `DeadLetters` over places; an id is a blob's whole name."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = tuple(places)

    def list(self) -> Iterator[DeadLetter]:
        """All of them, in the order of their names."""
        for place in self._places:
            for blob in place.blobs():
                if blob.path.endswith(".json") and (letter := _read(place.lake, blob)) is not None:
                    yield letter

    def find(self, letter_id: str) -> DeadLetter | None:
        """The one of that id, or None."""
        for place in self._places:
            if (blob := place.stat(letter_id)) is not None:
                return _read(place.lake, blob)
        return None


def _read(lake: Lake, blob: Blob) -> DeadLetter | None:
    if blob.size > _LARGEST:
        return DeadLetter(blob.path, blob.modified, "", (), f"it has {blob.size} bytes; at most {_LARGEST} are read")
    try:
        with lake.open(blob.path, etag=blob.etag) as source:
            return read_dead_letter(blob.path, blob.modified, source.read())
    except (Missing, Superseded):
        # Taken away while it was listed.
        return None
