"""Bytes on the local disk for as long as something uses them: a file without a name, so that no kill leaves it."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import tempfile
import weakref
from typing import TYPE_CHECKING, BinaryIO

from shared.core.errors import Transient

if TYPE_CHECKING:
    from collections.abc import Buffer

_BUFFER = 1 << 20
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


class Spool:
    """A temporary file that is written once from its start and read by any number of readers, each at its own place."""

    def __init__(self) -> None:
        """Transient when no folder for temporary files takes one: their disk is full."""
        try:
            with tempfile.TemporaryFile(buffering=0) as file:
                self.descriptor = os.dup(file.fileno())
        except OSError as error:
            # A process that looks for a folder for the first time is told of no folder where all are full.
            if error.errno not in {*_NO_ROOM, errno.ENOENT}:
                raise
            raise Transient(f"No folder for temporary files takes one ({error}); this work is tried again.") from error
        # Readers and writers hold the spool: the file goes with the last of them.
        weakref.finalize(self, os.close, self.descriptor)

    def writer(self) -> BinaryIO:
        """Append to the file; Transient when the disk is full."""
        return _Writer(self)  # type: ignore[return-value]

    def reader(self, buffer: int = _BUFFER) -> BinaryIO:
        """Read from the start, so many bytes at a time at least."""
        return io.BufferedReader(_Reader(self), buffer)

    def overwrite(self, start: bytes) -> None:
        """Put these bytes in place of the first ones."""
        os.pwrite(self.descriptor, start, 0)

    @property
    def size(self) -> int:
        """How many bytes were written and flushed."""
        return os.fstat(self.descriptor).st_size


class _Writer(io.RawIOBase):
    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._at = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, data: Buffer) -> int:
        """Write all of it: nothing waits in a buffer."""
        rest = memoryview(data).cast("B")
        size = len(rest)
        try:
            while rest:
                rest = rest[os.write(self._spool.descriptor, rest) :]
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise
            folder = tempfile.gettempdir()
            raise Transient(f"The disk for temporary files ({folder}) is full; this work is tried again.") from error
        self._at += size
        return size


class _Reader(io.RawIOBase):
    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at}.get(whence)
        self._at = offset + (self._spool.size if start is None else start)
        return self._at

    def readinto(self, buffer: Buffer) -> int:
        count = os.preadv(self._spool.descriptor, [buffer], self._at)
        self._at += count
        return count


def sha256_of(spool: Spool) -> str:
    """The digest of everything in the file."""
    digest = hashlib.sha256()
    with spool.reader() as source:
        while piece := source.read(_BUFFER):
            digest.update(piece)
    return digest.hexdigest()
