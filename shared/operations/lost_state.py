"""A database that knows nothing of what the lake holds: it was emptied, replaced, or belongs to another lake."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.core.ports import Lake
    from shared.datasets.ports import DatasetVersions

# What only the system itself writes, and the database then knows.
_WRITTEN = ("datasets/", "models/", "windows/")


def lost_state(lake: Lake, versions: DatasetVersions | None) -> str:
    """The sentence about a database without a dataset version (or none at all) on a lake with work; else empty."""
    if versions is not None and versions.list():
        return ""
    found = next((blob.path for area in _WRITTEN for blob in lake.list(area)), None)
    if found is None:
        return ""
    return f"The database knows no dataset version, but the lake holds {found!r}: it was emptied or replaced."
