"""A blob is on the disk before its name is, and its name before the write is told: which fsync comes when."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from shared.adapters.files.folder_lake import FolderLake


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What the file system is asked for, in order, while it does it."""
    seen: list[tuple[str, str]] = []
    fsync, link, replace = os.fsync, os.link, os.replace

    def recorded_fsync(descriptor: int) -> None:
        place = Path(f"/proc/self/fd/{descriptor}").readlink()
        seen.append(("sync folder" if place.is_dir() else "sync file", place.name))
        fsync(descriptor)

    def recorded_link(source: Any, target: Any, **kwargs: Any) -> None:
        seen.append(("name", Path(target).name))
        link(source, target, **kwargs)

    def recorded_replace(source: Any, target: Any, **kwargs: Any) -> None:
        seen.append(("name", Path(target).name))
        replace(source, target, **kwargs)

    monkeypatch.setattr(os, "fsync", recorded_fsync)
    monkeypatch.setattr(os, "link", recorded_link)
    monkeypatch.setattr(os, "replace", recorded_replace)
    return seen


@pytest.mark.fault(33)
@pytest.mark.parametrize("if_absent", [True, False])
def test_content_comes_before_the_name_and_the_name_before_the_answer(
    tmp_path: Path, calls: list[tuple[str, str]], *, if_absent: bool
) -> None:
    """Power that fails at any moment leaves the whole blob or none, and none that was told as stored is lost."""
    lake = FolderLake(tmp_path)
    lake.put("a/first", b"1")
    calls.clear()
    lake.put("a/b", b"content", if_absent=if_absent)
    assert [what for what, _ in calls] == ["sync file", "name", "sync folder"]
    assert [name for what, name in calls if what != "sync file"] == ["b", "a"]


@pytest.mark.fault(33)
def test_a_new_folder_is_on_the_disk_before_what_lies_in_it(tmp_path: Path, calls: list[tuple[str, str]]) -> None:
    """Each folder on the way is synced into the one above it."""
    FolderLake(tmp_path / "lake").put("a/b/c", b"content")
    before = calls[: calls.index(("name", "c"))]
    assert {("sync folder", "lake"), ("sync folder", "a")} <= set(before)
