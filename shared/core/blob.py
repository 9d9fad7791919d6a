"""A blob as the lake lists it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Blob:
    """One version of one blob in the lake."""

    path: str
    etag: str
    size: int
    modified: datetime

    @property
    def name(self) -> str:
        """The file's name, without its folders."""
        return self.path.rsplit("/", 1)[-1]
