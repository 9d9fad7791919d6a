"""Where the tests keep their folders."""

from __future__ import annotations

from pathlib import Path

from in_memory import roomy


def test_a_place_is_used_that_is_there_and_has_room(tmp_path: Path) -> None:
    """Not one that is missing, nor one that is nearly full."""
    assert roomy(tmp_path, 1) == tmp_path
    assert roomy(tmp_path, 1 << 60) is None
    assert roomy(tmp_path / "nowhere", 1) is None
