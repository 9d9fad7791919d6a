"""A lake that can be made unreachable for a while."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from shared.core.blob import Blob
from shared.core.errors import Transient
from shared.core.ports import Lake


class FlakyLake:
    """Port `Lake` in front of another lake; every call raises Transient while it is `away`."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self.away = False

    def open(self, path: str, *, etag: str | None = None) -> BinaryIO:
        """Pass the call on to the lake."""
        return self._reachable().open(path, etag=etag)

    def stat(self, path: str) -> Blob | None:
        """Pass the call on to the lake."""
        return self._reachable().stat(path)

    def put(self, path: str, data: bytes | BinaryIO, *, if_absent: bool = True) -> tuple[Blob, bool]:
        """Pass the call on to the lake."""
        return self._reachable().put(path, data, if_absent=if_absent)

    def list(self, prefix: str) -> Iterator[Blob]:
        """Pass the call on to the lake."""
        return self._reachable().list(prefix)

    def page(self, prefix: str, marker: str, most: int) -> tuple[Sequence[Blob], str]:
        """Pass the call on to the lake."""
        return self._reachable().page(prefix, marker, most)

    def remove(self, path: str, etag: str) -> None:
        """Pass the call on to the lake."""
        self._reachable().remove(path, etag)

    def _reachable(self) -> Lake:
        if self.away:
            raise Transient("The lake cannot be reached (planted by the story).")
        return self._lake
