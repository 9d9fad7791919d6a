"""Keys in files of this machine."""

from __future__ import annotations

from pathlib import Path


def make_key_file(path: Path) -> str:
    """Make a signing key in a file that nobody else may read; returns the key's id. Conflict when it is there."""
    from shared.adapters.files.key_file import new_key

    return new_key(path)
