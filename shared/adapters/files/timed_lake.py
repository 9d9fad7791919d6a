"""A lake on a machine whose home has its own time: files carry the time that the home's clock showed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

from shared.core.blob import Blob
from shared.core.ports import Lake


class TimedLake:
    """Port `Lake`: another lake, whose times `at` turns into those of the home."""

    def __init__(self, lake: Lake, at: Callable[[datetime], datetime]) -> None:
        self._lake = lake
        self._at = at

    def open(self, path: str, *, etag: str | None = None) -> BinaryIO:
        """As the other lake."""
        return self._lake.open(path, etag=etag)

    def stat(self, path: str) -> Blob | None:
        """As the other lake, in the home's time."""
        found = self._lake.stat(path)
        return None if found is None else self._timed(found)

    def put(self, path: str, data: bytes | BinaryIO, *, if_absent: bool = True) -> tuple[Blob, bool]:
        """As the other lake, in the home's time."""
        blob, written = self._lake.put(path, data, if_absent=if_absent)
        return self._timed(blob), written

    def list(self, prefix: str) -> Iterator[Blob]:
        """As the other lake, in the home's time."""
        return map(self._timed, self._lake.list(prefix))

    def page(self, prefix: str, marker: str, most: int) -> tuple[Sequence[Blob], str]:
        """As the other lake, in the home's time."""
        blobs, last = self._lake.page(prefix, marker, most)
        return [self._timed(blob) for blob in blobs], last

    def remove(self, path: str, etag: str) -> None:
        """As the other lake."""
        self._lake.remove(path, etag)

    def _timed(self, blob: Blob) -> Blob:
        moved = self._at(blob.modified)
        return blob if moved is blob.modified else replace(blob, modified=moved)
