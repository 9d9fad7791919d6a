"""A lake under whose files the memory of Arrow is watched."""

from __future__ import annotations

import io
from typing import Any, BinaryIO

import pyarrow as pa

from shared.core.ports import Lake


class WatchedLake:
    """Port `Lake` in front of another one: `most` is how many bytes Arrow held at any read of a file."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self.most = 0

    def __getattr__(self, name: str) -> Any:
        """Every other call is the lake's own."""
        return getattr(self._lake, name)

    def open(self, path: str, *, etag: str | None = None) -> BinaryIO:
        """The lake's blob; each read of it looks at the memory."""
        with self._lake.open(path, etag=etag) as source:
            return _Watched(self, source.read())

    def look(self) -> None:
        """Note how much there is now."""
        self.most = max(self.most, pa.total_allocated_bytes())


class _Watched(io.BytesIO):
    def __init__(self, lake: WatchedLake, content: bytes) -> None:
        super().__init__(content)
        self._lake = lake

    def read(self, size: int | None = -1) -> bytes:
        self._lake.look()
        return super().read(size)
