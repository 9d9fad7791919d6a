"""Dead letters as blobs: in the lake's folder `deadletters/`, in a container of their own, or in a local folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.core.blob import Blob
from shared.core.errors import BadInput, Misconfigured, Missing, Superseded
from shared.core.ports import Lake
from shared.core.wording import counted
from shared.operations.replay_items import DeadLetter, read_dead_letter

# Event Grid writes at most a few megabytes into one file; a larger file is not one of its own.
_LARGEST = 32 << 20
# The folder of dead letters in the lake, and the container of Blob Storage that subscriptions name.
FOLDER, CONTAINER = "deadletters/", "deadletters"


@dataclass(frozen=True, slots=True)
class DeadLetterStore:
    """A lake and the prefix of its dead letters; `optional` when the container need not exist before the first one."""

    lake: Lake
    prefix: str
    optional: bool = False

    def blobs(self) -> Iterator[Blob]:
        """Yield all blobs of the store; none when it does not exist yet."""
        try:
            yield from self.lake.list(self.prefix)
        except Misconfigured:
            if not self.optional:
                raise

    def stat(self, letter_id: str) -> Blob | None:
        """Return the blob of that id, or None when there is none or the id is not the name of a dead letter."""
        # The id comes from a message: it may only name a blob among the dead letters.
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
    """Port `DeadLetters` over several stores; an id is the full name of a blob."""

    def __init__(self, stores: Sequence[DeadLetterStore]) -> None:
        self._stores = tuple(stores)

    def list(self) -> Iterator[DeadLetter]:
        """Yield all dead letters of each store in the order of their names."""
        for store in self._stores:
            for blob in store.blobs():
                if blob.path.endswith(".json") and (letter := _read(store.lake, blob)) is not None:
                    yield letter

    def find(self, letter_id: str) -> DeadLetter | None:
        """Return the dead letter of that id, or None."""
        for store in self._stores:
            if (blob := store.stat(letter_id)) is not None:
                return _read(store.lake, blob)
        return None


def _read(lake: Lake, blob: Blob) -> DeadLetter | None:
    if blob.size > _LARGEST:
        return DeadLetter(
            blob.path, blob.modified, "", (), f"it has {counted(blob.size, 'byte')}; at most {_LARGEST} are read"
        )
    try:
        with lake.open(blob.path, etag=blob.etag) as source:
            return read_dead_letter(blob.path, blob.modified, source.read())
    except (Missing, Superseded):
        # It was removed while the store was listed.
        return None
