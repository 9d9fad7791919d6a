"""The lake in memory: names, versions and refusals as in a store of blobs."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import BinaryIO

from memory.store import InMemory, Memory, atomic
from shared.core.blob import Blob, check_name, check_prefix
from shared.core.errors import Missing, Superseded


@dataclass(frozen=True, slots=True)
class _Stored:
    blob: Blob
    content: bytes


class MemoryLake(InMemory):
    """Port `Lake`; `clock` says when a blob came."""

    def __init__(self, memory: Memory, clock: Callable[[], datetime]) -> None:
        super().__init__(memory)
        self._clock = clock
        self._blobs: dict[str, _Stored] = memory.rows["blob"]

    @atomic
    def open(self, path: str, *, etag: str | None = None) -> BinaryIO:
        """A reader of the version that stands now."""
        stored = self._blobs.get(_name(path))
        if stored is None:
            raise Missing(f"There is no blob {path!r} in the lake.")
        if etag is not None:
            _check_version(stored.blob, etag)
        return io.BytesIO(stored.content)

    @atomic
    def stat(self, path: str) -> Blob | None:
        """The current version, or None."""
        stored = self._blobs.get(_name(path))
        return None if stored is None else stored.blob

    @atomic
    def put(self, path: str, data: bytes | BinaryIO, *, if_absent: bool = True) -> tuple[Blob, bool]:
        """Store the bytes; with `if_absent` what stands is left."""
        stored = self._blobs.get(_name(path))
        if stored is not None and if_absent:
            return stored.blob, False
        content = data if isinstance(data, bytes) else data.read()
        blob = Blob(path, f'"0x{next(self._memory.numbers):X}"', len(content), self._clock())
        self._blobs[path] = _Stored(blob, content)
        return blob, True

    def list(self, prefix: str) -> Iterator[Blob]:
        """All blobs under the prefix, in the order of names."""
        yield from self._listed(check_prefix(prefix))

    @atomic
    def _listed(self, prefix: str) -> tuple[Blob, ...]:
        return tuple(self._blobs[name].blob for name in sorted(self._blobs) if name.startswith(prefix))

    @atomic
    def page(self, prefix: str, marker: str, most: int) -> tuple[Sequence[Blob], str]:
        """At most so many of these blobs behind the marker, and the marker of the next page."""
        found = [blob for blob in self._listed(check_prefix(prefix)) if blob.path > marker]
        return found[:most], found[most - 1].path if len(found) > most else ""

    @atomic
    def remove(self, path: str, etag: str) -> None:
        """Take that version out; nothing when there is none."""
        stored = self._blobs.get(_name(path))
        if stored is not None:
            _check_version(stored.blob, etag)
            del self._blobs[path]


# A life asks for the same few names thousands of times.
_name = lru_cache(maxsize=4096)(check_name)


def _check_version(blob: Blob, etag: str) -> None:
    if blob.etag != etag:
        raise Superseded(f"{blob.path!r} is not version {etag} any more; it is {blob.etag}.")
