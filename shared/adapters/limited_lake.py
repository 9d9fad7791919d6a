"""A lake that long work asks often: there it learns that its time is over, and each writer sets the mark of work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from shared.core.blob import Blob
from shared.core.ports import Lake
from shared.core.work_time import check_time


class LimitedLake:
    """Port `Lake`: another lake, whose every use ends work that has come near the host's limit.

    `before_writing` is called before anything is written or removed.
    """

    def __init__(self, lake: Lake, before_writing: Callable[[], None]) -> None:
        self._lake = lake
        self._before_writing = before_writing

    def open(self, path: str, *, etag: str | None = None) -> BinaryIO:
        """As the other lake."""
        check_time()
        return self._lake.open(path, etag=etag)

    def stat(self, path: str) -> Blob | None:
        """As the other lake."""
        check_time()
        return self._lake.stat(path)

    def put(self, path: str, data: bytes | BinaryIO, *, if_absent: bool = True) -> tuple[Blob, bool]:
        """As the other lake."""
        check_time()
        self._before_writing()
        return self._lake.put(path, data, if_absent=if_absent)

    def list(self, prefix: str) -> Iterator[Blob]:
        """As the other lake."""
        check_time()
        return self._lake.list(prefix)

    def page(self, prefix: str, marker: str, most: int) -> tuple[Sequence[Blob], str]:
        """As the other lake."""
        check_time()
        return self._lake.page(prefix, marker, most)

    def remove(self, path: str, etag: str) -> None:
        """As the other lake."""
        check_time()
        self._before_writing()
        self._lake.remove(path, etag)
