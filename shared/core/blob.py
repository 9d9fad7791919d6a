"""A blob of the lake, and the ETag of a file."""

from __future__ import annotations

import os
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


def file_etag(stat: os.stat_result) -> str:
    """Return the ETag of a file's version: a replaced file has another inode, so its ETag changes."""
    return f'"0x{stat.st_mtime_ns:X}{stat.st_size:X}{stat.st_ino:X}"'
