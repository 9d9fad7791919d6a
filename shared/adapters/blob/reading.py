"""Reading one version of a blob in ranges: pinned to its ETag, checked by length and MD5, and as a whole by SHA-256."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from azure.core import MatchConditions

from shared.adapters.azure.clients import RANGE_BYTES
from shared.adapters.blob.errors import READER, faults
from shared.core.addresses import BlobAddress
from shared.core.errors import Corrupt, Missing, Transient
from shared.core.wording import counted

if TYPE_CHECKING:
    from collections.abc import Buffer

    from azure.storage.blob import BlobClient

SHA256 = "mlops_sha256"
_KEPT = 2


@dataclass(frozen=True, slots=True)
class _Piece:
    data: bytes
    total: int
    etag: str
    sha256: str


def is_folder(metadata: Any) -> bool:
    """Return whether the metadata marks a directory of a Data Lake account, which appears as an empty blob."""
    return str((metadata or {}).get("hdi_isfolder", "")).lower() == "true"


class BlobReader(io.RawIOBase):
    """Reads ranges of one size and keeps the last two. Reading stops when the version is replaced."""

    def __init__(
        self, place: BlobAddress, path: str, client: BlobClient, etag: str | None, *, size: int = RANGE_BYTES
    ) -> None:
        """Fetch the first range: Missing when there is no blob, Superseded when it is another version."""
        super().__init__()
        self._place, self._path, self._client = place, path, client
        self._etag, self._size = etag, size
        self._at = 0
        first = self._fetch(0)
        self._etag, self._total, self._sha256 = first.etag, first.total, first.sha256
        self._ranges = {0: self._whole(0, first.data)}

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position of the next byte."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to the position; nothing is fetched yet."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._total}[whence]
        if base + offset < 0:
            raise ValueError(f"negative position {base + offset}")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: Buffer) -> int:
        """Read what the range of the current position holds; 0 at the end."""
        view = memoryview(buffer).cast("B")
        if self._at >= self._total:
            return 0
        start = self._at // self._size * self._size
        piece = self._range(start)[self._at - start : self._at - start + len(view)]
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def readall(self) -> bytes:
        """Read everything from here on; a whole read raises Corrupt when the bytes are not those that were stored."""
        begin, out = self._at, bytearray()
        while self._at < self._total:
            start = self._at // self._size * self._size
            out += self._range(start)[self._at - start :]
            self._at = min(start + self._size, self._total)
        if begin == 0 and self._sha256 and hashlib.sha256(out).hexdigest() != self._sha256:
            raise Corrupt(f"{self._path!r} is not what was stored: its SHA-256 differs.")
        return bytes(out)

    def _range(self, start: int) -> bytes:
        if start not in self._ranges:
            if len(self._ranges) >= _KEPT:
                del self._ranges[next(iter(self._ranges))]
            self._ranges[start] = self._whole(start, self._fetch(start).data)
        return self._ranges[start]

    def _whole(self, start: int, data: bytes) -> bytes:
        expected = min(self._size, self._total - start)
        if len(data) != expected:
            raise Transient(
                f"{self._path!r} came with {counted(len(data), 'byte')} from {start} on instead of {expected}."
            )
        return data

    def _fetch(self, start: int) -> _Piece:
        pin: dict[str, Any] = {}
        if self._etag is not None:
            pin = {"etag": self._etag, "match_condition": MatchConditions.IfNotModified}
        options: dict[str, Any] = {"validate_content": True, "max_concurrency": 1, **pin}
        if start:
            options |= {"offset": start, "length": self._size}
        with faults(self._place, self._path, READER):
            # Without an offset the client requests a first range and also handles an empty blob.
            answer = self._client.download_blob(**options)
            data = answer.read(self._size)
        facts = answer.properties
        if is_folder(facts.metadata):
            raise Missing(f"There is no blob {self._path!r} in the lake.")
        total = answer.size if start == 0 else self._total
        return _Piece(data, total, str(facts.etag), str((facts.metadata or {}).get(SHA256, "")))
