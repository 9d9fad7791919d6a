"""The folder lake against other processes, sudden death and the file system's limits."""

from __future__ import annotations

import errno
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shared.adapters.files.folder_lake import FolderLake
from shared.core.blob import file_etag
from shared.core.errors import BadInput, Permanent, Transient

# Writes the name it is told, again and again, with its own letter: bytes of one letter are whole, mixed ones are torn.
WRITER = """
import sys
from pathlib import Path
from shared.adapters.files.folder_lake import FolderLake
lake, letter = FolderLake(Path(sys.argv[1])), sys.argv[2].encode()
print("ready", flush=True)
sys.stdin.readline()
for n in range(int(sys.argv[3])):
    lake.put("a/shared", letter * 300_000, if_absent=False)
    _, written = lake.put(f"once/{n}", letter * 1000)
    print(int(written), flush=True)
"""


def writer(root: Path, letter: str, times: int) -> subprocess.Popen[str]:
    """A process that waits to be told to start."""
    line = [sys.executable, "-c", WRITER, str(root), letter, str(times)]
    process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_of_two_processes_one_writes_each_name(tmp_path: Path) -> None:
    """Put-if-absent holds between processes, and no file is a mixture."""
    writers = [writer(tmp_path, letter, 30) for letter in "xyz"]
    for process in writers:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    won = [[int(line) for line in process.communicate(timeout=600)[0].split()] for process in writers]
    assert [sum(column) for column in zip(*won, strict=True)] == [1] * 30
    lake = FolderLake(tmp_path)
    for blob in lake.list(""):
        with lake.open(blob.path, etag=blob.etag) as source:
            assert len(set(source.read())) == 1, blob.path
    assert list((tmp_path / ".partial").iterdir()) == []


@pytest.mark.parametrize("delay", [0.0, 0.003, 0.007, 0.013, 0.02])
@pytest.mark.fault(21, 33)
def test_a_killed_writer_leaves_whole_files_only(tmp_path: Path, delay: float) -> None:
    """Whatever it was doing: what is listed is whole, and the next writer goes on."""
    process = writer(tmp_path, "x", 100_000)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("go\n")
    process.stdin.flush()
    process.stdout.readline()
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    lake = FolderLake(tmp_path)
    found = {blob.path: blob.size for blob in lake.list("")}
    assert found.pop("a/shared") == 300_000
    assert set(found.values()) == {1000}
    blob, written = lake.put("a/shared", b"y", if_absent=False)
    assert (blob.size, written) == (1, True)


def test_a_reader_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """A broken upload is no blob and no rest."""

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise ConnectionResetError(errno.ECONNRESET, "gone")
            return super().read(size)

    lake = FolderLake(tmp_path)
    with pytest.raises(Transient, match="x"):
        lake.put("x", Broken(b"1" * (3 << 20)))
    assert lake.stat("x") is None
    assert list((tmp_path / ".partial").iterdir()) == []


@pytest.mark.fault(34)
def test_a_full_disk_is_said(tmp_path: Path) -> None:
    """A transient fault, in words; what stood before still stands."""

    class Full(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:  # noqa: ARG002 - the reader's signature
            raise OSError(errno.ENOSPC, "No space left on device")

    lake = FolderLake(tmp_path)
    lake.put("x", b"old")
    with pytest.raises(Transient, match=r"disk that holds the lake is full; 'x' was not stored"):
        lake.put("x", Full(), if_absent=False)
    with lake.open("x") as source:
        assert source.read() == b"old"


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.EPERM])
def test_a_lake_that_is_read_only_is_a_passing_fault(tmp_path: Path, code: int) -> None:
    """It is mounted for writing again, or the right is granted: what was to be stored is stored then."""

    class ReadOnly(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:  # noqa: ARG002 - the reader's signature
            raise OSError(code, os.strerror(code))

    with pytest.raises(Transient, match="lake's folder is read-only; 'x' was not stored"):
        FolderLake(tmp_path).put("x", ReadOnly())


def test_the_etag_is_the_files_own(tmp_path: Path) -> None:
    """Whoever watches the folder computes the same one."""
    blob, _ = FolderLake(tmp_path).put("a/b", b"123")
    assert blob.etag == file_etag((tmp_path / "a/b").stat())
    assert blob.etag.startswith('"0x')


def test_a_file_changed_in_place_is_another_version(tmp_path: Path) -> None:
    """An editor that writes into the file changes the ETag too."""
    lake = FolderLake(tmp_path)
    blob, _ = lake.put("a", b"123")
    place = tmp_path / "a"
    place.write_bytes(b"1234")
    found = lake.stat("a")
    assert found is not None
    assert found.etag != blob.etag


def test_hidden_files_are_not_in_the_lake(tmp_path: Path) -> None:
    """What a copying tool writes beside the file is neither listed nor readable."""
    lake = FolderLake(tmp_path)
    lake.put("in/a", b"")
    (tmp_path / "in" / ".a.csv.Xy12").write_bytes(b"half")
    (tmp_path / "in" / "line\nbreak").write_bytes(b"x")
    assert [blob.path for blob in lake.list("")] == ["in/a"]
    with pytest.raises(BadInput):
        lake.open("in/.a.csv.Xy12")
    with pytest.raises(BadInput):
        lake.put(".partial/x", b"")


@pytest.mark.fault(32)
def test_a_listing_survives_what_vanishes(tmp_path: Path) -> None:
    """A file or folder that goes away meanwhile is left out."""
    lake = FolderLake(tmp_path)
    for name in ("a", "b", "c/d", "e"):
        lake.put(name, b"")
    listing = lake.list("")
    assert next(listing).path == "a"
    (tmp_path / "b").unlink()
    (tmp_path / "c" / "d").unlink()
    (tmp_path / "c").rmdir()
    assert [blob.path for blob in listing] == ["e"]


def test_a_folder_linked_into_itself_ends(tmp_path: Path) -> None:
    """A link to a folder is not followed."""
    lake = FolderLake(tmp_path)
    lake.put("a/b", b"")
    (tmp_path / "a" / "round").symlink_to(tmp_path)
    assert [blob.path for blob in lake.list("")] == ["a/b"]


def test_a_link_never_leads_out_of_the_lake(tmp_path: Path) -> None:
    """A link is no blob, and a linked folder holds none: not to list, to read, or to write."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("x", encoding="utf-8")
    lake = FolderLake(tmp_path / "lake")
    lake.put("incoming/a", b"")
    (tmp_path / "lake/incoming/file").symlink_to(outside / "secret")
    (tmp_path / "lake/incoming/folder").symlink_to(outside)
    (tmp_path / "lake/incoming/loop").symlink_to(tmp_path / "lake/incoming/loop")
    assert [blob.path for blob in lake.list("incoming/")] == ["incoming/a"]
    for name in ("incoming/file", "incoming/folder/secret", "incoming/loop"):
        assert lake.stat(name) is None
        with pytest.raises(Permanent, match=r"link"):
            lake.open(name)
    with pytest.raises(Permanent, match="links are not followed"):
        lake.put("incoming/folder/new", b"")
    assert [path.name for path in outside.iterdir()] == ["secret"]


def test_a_blob_cannot_be_a_folder_too(tmp_path: Path) -> None:
    """The one thing a folder cannot do that a store of names can; said plainly."""
    lake = FolderLake(tmp_path)
    lake.put("a/b", b"")
    for name in ("a", "a/b/c"):
        with pytest.raises(BadInput, match="name of a folder"):
            lake.put(name, b"", if_absent=False)


def test_a_pipe_is_not_a_blob(tmp_path: Path) -> None:
    """Opening it neither waits nor succeeds."""
    os.mkfifo(tmp_path / "pipe")
    lake = FolderLake(tmp_path)
    assert lake.stat("pipe") is None
    with pytest.raises(Permanent, match="no blob"):
        lake.open("pipe")
