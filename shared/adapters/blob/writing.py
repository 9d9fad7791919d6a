"""Writing one blob: whole or absent, in blocks that do not mix with those of another writer."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from azure.core import MatchConditions

from shared.adapters.blob.reading import SHA256
from shared.core.errors import Transient

if TYPE_CHECKING:
    from azure.storage.blob import BlobClient

BLOCK_BYTES = 8 << 20
WRITER = "mlops_writer"


class Upload:
    """One attempt to write a blob. The blob's metadata has the `token`, which identifies the writer."""

    def __init__(
        self, client: BlobClient, data: bytes | BinaryIO, *, if_absent: bool, block: int = BLOCK_BYTES
    ) -> None:
        self.token = secrets.token_hex(16)
        self._client = client
        self._if_absent = if_absent
        self._blocks = _blocks(data, block)
        self._hash = hashlib.sha256()
        self.size = 0
        self._first = self._take()
        self._second = self._take()

    @property
    def large(self) -> bool:
        """Return whether the upload takes more than one request."""
        return bool(self._second)

    def send(self) -> dict[str, Any]:
        """Write the blob and return the service's answer, which has the ETag and the time."""
        if not self.large:
            return self._client.upload_blob(
                self._first,
                length=len(self._first),
                overwrite=not self._if_absent,
                metadata=self._metadata(),
                validate_content=True,
            )
        return self._commit(list(self._stage()))

    def _stage(self) -> Iterator[Any]:
        from azure.storage.blob import BlobBlock

        block, after = self._first, self._second
        number = 0
        while block:
            # Uncommitted blocks belong to the name, not to a writer: the token keeps two writers' blocks apart.
            identity = f"{self.token}-{number:06d}"
            self._client.stage_block(identity, block, length=len(block), validate_content=True)
            yield BlobBlock(identity)
            block, after, number = after, self._take(), number + 1

    def _commit(self, blocks: list[Any]) -> dict[str, Any]:
        absent: dict[str, Any] = {"match_condition": MatchConditions.IfMissing} if self._if_absent else {}
        return self._client.commit_block_list(blocks, metadata=self._metadata(), **absent)

    def _metadata(self) -> dict[str, str]:
        return {WRITER: self.token, SHA256: self._hash.hexdigest()}

    def _take(self) -> bytes:
        block = next(self._blocks, b"")
        self._hash.update(block)
        self.size += len(block)
        return block


def _blocks(data: bytes | BinaryIO, size: int) -> Iterator[bytes]:
    if isinstance(data, bytes):
        yield from (data[start : start + size] for start in range(0, len(data), size))
        return
    while block := _filled(data, size):
        yield block


def _filled(source: BinaryIO, size: int) -> bytes:
    """Return the next block of the source; only the last one is shorter."""
    block = bytearray()
    try:
        while len(block) < size and (piece := source.read(size - len(block))):
            block += piece
    except OSError as error:
        # This is not a fault of the service, after which the stored blob would be checked.
        raise Transient(f"The source of the upload could not be read: {error}.") from error
    return bytes(block)
