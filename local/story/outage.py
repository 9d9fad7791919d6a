"""A lake that cannot be reached for a while: everything else of it is the lake itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from shared.core.blob import Blob
from shared.core.errors import Transient
from shared.core.ports import Lake


class FlakyLake:
    """Port `Lake` in front of another; Transient for everybody while it is `away`."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self.away = False

    def open(self, path: str, *, etag: str | None = None) -> BinaryIO:
        """Like the lake's."""
        return self._reached().open(path, etag=etag)

    def stat(self, path: str) -> Blob | None:
        """Like the lake's."""
        return self._reached().stat(path)

    def put(self, path: str, data: bytes | BinaryIO, *, if_absent: bool = True) -> tuple[Blob, bool]:
        """Like the lake's."""
        return self._reached().put(path, data, if_absent=if_absent)

    def list(self, prefix: str) -> Iterator[Blob]:
        """Like the lake's."""
        return self._reached().list(prefix)

    def _reached(self) -> Lake:
        if self.away:
            raise Transient("The lake cannot be reached (planted by the story).")
        return self._lake
