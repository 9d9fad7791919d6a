"""Homes that are made once and copied for each test that starts from there."""

from __future__ import annotations

import shutil
from pathlib import Path


def copied(home: Path, target: Path) -> Path:
    """A copy of a home that nobody has open, at `target`; who damages a blob of it removes the file first."""
    return Path(shutil.copytree(home, target, copy_function=link_or_copy))


def link_or_copy(source: str, target: str) -> str:
    """Blobs are linked, so that they keep their ETag and count as known; everything else is copied."""
    if "/lake/" not in source:
        return str(shutil.copy2(source, target))
    Path(target).hardlink_to(source)
    return target
