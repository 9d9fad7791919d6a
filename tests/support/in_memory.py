"""Temporary folders in memory: a test that waits for a disk at each commit would wait most of its time.

What would survive a loss of power is no business of these tests; what survives a killed process is in either place.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 -- the place itself, not a file in it
_ROOT = "PYTEST_DEBUG_TEMPROOT"
# A whole run has this much at a time, with its databases.
ENOUGH = 4 << 30


def in_memory() -> None:
    """Tell pytest to make its folders in memory, unless somebody named another place or there is too little."""
    if _ROOT not in os.environ and (place := roomy(_SHARED_MEMORY)):
        os.environ[_ROOT] = str(place)


def roomy(place: Path, enough: int = ENOUGH) -> Path | None:
    """The folder, when this user may write there and so many bytes are free."""
    if os.access(place, os.W_OK) and shutil.disk_usage(place).free >= enough:
        return place
    return None
