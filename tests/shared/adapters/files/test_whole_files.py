"""A file has its name when it is whole, and not before."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import pytest
from command import REPOSITORY

from shared.adapters.files.whole_files import name_once, whole_file, write_whole

_KILLED = """
import os, signal, sys
from pathlib import Path
from shared.adapters.files.whole_files import whole_file
with whole_file(Path(sys.argv[1]), replace=True) as out:
    out.write(b"half")
    out.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def _interrupted(out: BinaryIO) -> None:
    out.write(b"half")
    raise KeyboardInterrupt


def test_a_new_file_is_written(tmp_path: Path) -> None:
    """Nothing else stays in the folder."""
    write_whole(tmp_path / "a.txt", b"whole")
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"a.txt": b"whole"}


@pytest.mark.parametrize("name", ["old", "new"])
def test_an_error_leaves_what_was_there(tmp_path: Path, name: str) -> None:
    """An old file keeps its content, a new one is not made, and nothing hidden stays."""
    (tmp_path / "old").write_text("mine")
    with pytest.raises(KeyboardInterrupt), whole_file(tmp_path / name, replace=True) as out:
        _interrupted(out)
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"old": "mine"}


def test_a_killed_writer_leaves_what_was_there(tmp_path: Path) -> None:
    """SIGKILL in the middle: half of it has another name."""
    file = tmp_path / "report.html"
    file.write_text("mine")
    ended = subprocess.run([sys.executable, "-c", _KILLED, file], cwd=REPOSITORY, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert file.read_text() == "mine"


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    """Also one that comes while the new one is written."""
    file = tmp_path / "a"
    with pytest.raises(FileExistsError, match=str(file)), whole_file(file):
        file.write_text("mine")
    with pytest.raises(FileExistsError, match=str(file)):
        write_whole(file, b"other")
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("a", "mine")]


def test_who_replaces_keeps_the_permissions_and_follows_links(tmp_path: Path) -> None:
    """What only its owner reads stays so, and the link stays a link."""
    file, link = tmp_path / "a", tmp_path / "link"
    file.write_text("old")
    file.chmod(0o600)
    link.symlink_to(file)
    write_whole(link, b"new", replace=True)
    assert (file.read_text(), file.stat().st_mode & 0o777, link.is_symlink()) == ("new", 0o600, True)


def test_a_secret_is_never_readable_by_others(tmp_path: Path) -> None:
    """Its mode is that of the hidden file, too."""
    file = tmp_path / "key"
    with whole_file(file, mode=0o600):
        (partial,) = tmp_path.iterdir()
        assert partial.stat().st_mode & 0o777 == 0o600
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_device_is_written_as_it_is() -> None:
    """It is not replaced by a file, and an error of it names it."""
    before = os.stat("/dev/full")  # noqa: PTH116 -- the two are compared whole
    with pytest.raises(OSError, match=r"No space left on device: '/dev/full'"):
        write_whole(Path("/dev/full"), b"1", replace=True)
    write_whole(Path("/dev/null"), b"1", replace=True)
    assert os.stat("/dev/full").st_ino == before.st_ino  # noqa: PTH116


def test_an_error_names_the_file_that_was_asked_for(tmp_path: Path) -> None:
    """Not the hidden one, and before anything is written into it."""
    long = tmp_path / ("a" * 300)
    for file, number in {tmp_path / "no" / "a": errno.ENOENT, long: errno.ENAMETOOLONG}.items():
        with pytest.raises(OSError) as caught, whole_file(file):  # noqa: PT011 -- its number is asserted
            pytest.fail("nothing can be written there")
        assert (caught.value.errno, caught.value.filename) == (number, str(file))


def test_a_name_is_given_once_where_there_are_no_links(tmp_path: Path) -> None:
    """The file system of a memory stick refuses the link; of two writers one succeeds there, too."""

    def refused(source: Path, _: Path) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM), str(source))

    place = tmp_path / "a"
    for content in ("first", "second"):
        (tmp_path / content).write_text(content)
    name_once(tmp_path / "first", place, refused)
    with pytest.raises(FileExistsError):
        name_once(tmp_path / "second", place, refused)
    assert place.read_text() == "first"
