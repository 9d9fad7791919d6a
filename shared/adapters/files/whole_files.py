"""Files that get their name when they are whole: who is killed, or finds no room, leaves nothing half under it."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

# What a file system says that knows no second name of a file, such as that of a memory stick.
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


def write_whole(path: Path, content: bytes, *, replace: bool = False, mode: int = 0o666) -> None:
    """Write the bytes as `whole_file` does."""
    with whole_file(path, replace=replace, mode=mode) as out:
        out.write(content)


@contextmanager
def whole_file(path: Path, *, replace: bool = False, mode: int = 0o666) -> Iterator[BinaryIO]:
    """A file to write; it is on the disk and gets its name when the block ends without an error.

    A file that is there keeps its content until then, and its permissions; without `replace` it is left alone, with
    FileExistsError. A link is followed. A device or a pipe is written as it is. OSError names `path`.
    """
    with _named_in_errors(path) as hidden:
        place = path.resolve()
        there = _status(place)
        if there is not None and not replace:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        if there is not None and not stat.S_ISREG(there.st_mode):
            with place.open("wb") as out:
                yield out
            return
        # Its name is short: only that of the file itself may be too long.
        partial = place.with_name(f".{secrets.token_hex(8)}.part")
        hidden.append(str(partial))
        try:
            with _opened(partial, place, there, mode) as out:
                yield out
                out.flush()
                os.fsync(out.fileno())
            partial.replace(place) if replace else name_once(partial, place)
        finally:
            partial.unlink(missing_ok=True)
        # Some file systems cannot, and the file is there all the same.
        with suppress(OSError):
            sync_folder(place.parent)


def name_once(partial: Path, place: Path, link: Callable[[Path, Path], None] = os.link) -> None:
    """Give the file its name, also where a file system has no links; FileExistsError when the name is taken."""
    try:
        link(partial, place)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
        partial.replace(place)


def _status(place: Path) -> os.stat_result | None:
    try:
        return place.stat()
    except FileNotFoundError:
        return None


def _opened(partial: Path, place: Path, there: os.stat_result | None, mode: int) -> BinaryIO:
    """The hidden file, with the permissions of the one it replaces; PermissionError where that may not be written."""
    if there is not None:
        if not os.access(place, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        mode = stat.S_IMODE(there.st_mode)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    if there is not None:
        os.fchmod(descriptor, mode)
    return os.fdopen(descriptor, "wb")


@contextmanager
def _named_in_errors(path: Path) -> Iterator[list[str]]:
    """Let an error of the file system name the file that was asked for, instead of none or the hidden one."""
    hidden: list[str] = []
    try:
        yield hidden
    except OSError as error:
        if error.errno is None or error.filename not in (None, *hidden):
            raise
        raise OSError(error.errno, os.strerror(error.errno), str(path)) from error


def sync_folder(folder: Path) -> None:
    """Put the names of the files in it on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
