"""A lake that tells what is opened of it."""

from __future__ import annotations

from typing import Any, BinaryIO

from shared.core.ports import Lake


class OpenedLake:
    """Port `Lake` in front of another one: `paths` are what was opened, in order."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self.paths: list[str] = []

    def __getattr__(self, name: str) -> Any:
        """Every other call is the lake's own."""
        return getattr(self._lake, name)

    def open(self, path: str, *, etag: str | None = None) -> BinaryIO:
        """The lake's blob, noted."""
        self.paths.append(path)
        return self._lake.open(path, etag=etag)
