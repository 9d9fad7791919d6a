"""Dead letters as blobs: `deadletters/…` in the lake, and the local Event Grid's own folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shared.domain.records import Blob
from shared.domain.replay import DeadLetter, read_dead_letter
from shared.errors import BadInput, Missing, Superseded
from shared.ports.lake import Lake

# Event Grid writes at most a few megabytes into one file; what is larger is not one of its files.
_LARGEST = 32 << 20


class LakeDeadLetters:
    """Port `DeadLetters` over lakes, each with the prefix its dead letters have; an id is prefix and name."""

    def __init__(self, places: Sequence[tuple[Lake, str]]) -> None:
        self._places = tuple(places)

    def list(self) -> Iterator[DeadLetter]:
        """All of them, in the order of their names."""
        for lake, prefix in self._places:
            for blob in lake.list(prefix):
                if blob.path.endswith(".json") and (letter := _read(lake, blob)) is not None:
                    yield letter

    def find(self, letter_id: str) -> DeadLetter | None:
        """The one of that id, or None."""
        for lake, prefix in self._places:
            # An id comes from a message: it names a blob among the dead letters, or nothing.
            if letter_id.startswith(prefix) and (blob := _stat(lake, letter_id)) is not None:
                return _read(lake, blob)
        return None


def _stat(lake: Lake, letter_id: str) -> Blob | None:
    try:
        return lake.stat(letter_id) if letter_id.endswith(".json") else None
    except BadInput:
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
