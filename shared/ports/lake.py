"""The lake: named blobs with ETags."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Protocol

from shared.domain.records import Blob


class Lake(Protocol):
    """Blobs under slash-separated names. No rename; a write is whole or absent."""

    def open(self, path: str, *, etag: str | None = None) -> BinaryIO:
        """A seekable reader of the blob's bytes. Missing when absent; Superseded when `etag` is not the current one."""
        ...

    def stat(self, path: str) -> Blob | None:
        """The current version, or None when absent."""
        ...

    def put(self, path: str, data: bytes | BinaryIO, *, if_absent: bool = True) -> tuple[Blob, bool]:
        """Store the bytes (a file is read to its end). Returns the blob now there and whether this call wrote it.

        With `if_absent` an existing blob is left as it is. A lost answer is read back and compared, never guessed.
        """
        ...

    def list(self, prefix: str) -> Iterator[Blob]:
        """All blobs whose name starts with `prefix`, in name order."""
        ...
