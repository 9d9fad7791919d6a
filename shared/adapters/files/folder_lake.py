"""The lake as a folder: every write is whole or absent, every version of a file has its own ETag."""

from __future__ import annotations

import errno
import logging
import os
import secrets
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from shared.adapters.files.whole_files import sync_folder
from shared.core.blob import Blob, check_name, check_prefix, file_etag, name_problem
from shared.core.errors import BadInput, Missing, Permanent, Superseded, Transient
from shared.core.paths import AREAS

log = logging.getLogger("mlops.lake")
_BLOCK = 1 << 20
_PARTIAL = ".partial"
_TRIES = 5


class FolderLake:
    """Port `Lake` on a folder of one file system."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def open(self, path: str, *, etag: str | None = None) -> BinaryIO:
        """Return a pinned reader: it keeps reading the same version whatever is written meanwhile."""
        with _faults(path):
            descriptor = self._descriptor(path)
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            os.close(descriptor)
            raise Missing(f"There is no blob {path!r} in the lake.")
        if etag is not None and file_etag(found) != etag:
            os.close(descriptor)
            _check_version(path, etag, file_etag(found))
        return os.fdopen(descriptor, "rb")

    def stat(self, path: str) -> Blob | None:
        """Return the current version, or None when absent."""
        with _faults(path), suppress(Missing):
            return _blob(path, self._place(path))
        return None

    def put(self, path: str, data: bytes | BinaryIO, *, if_absent: bool = True) -> tuple[Blob, bool]:
        """Store the bytes durably; with `if_absent` an existing blob is left as it is."""
        place = self._place(path)
        with _faults(path, writing=True):
            existing = _blob(path, place) if if_absent else None
            if existing is not None:
                return existing, False
            with self._partial(data) as partial:
                written = self._published(partial, place, if_absent=if_absent)
            return self._there(path, place), written

    def list(self, prefix: str) -> Iterator[Blob]:
        """Yield all blobs whose name starts with `prefix` in the order of names, without files that vanish."""
        yield from self._after("", prefix)

    def page(self, prefix: str, marker: str, most: int) -> tuple[Sequence[Blob], str]:
        """Return the next blobs behind the name `marker`, and the last name when there are more."""
        found = list(islice(self._after(marker, prefix), most + 1))
        return found[:most], found[most - 1].path if len(found) > most else ""

    def _after(self, name: str, prefix: str) -> Iterator[Blob]:
        folder = check_prefix(prefix).rpartition("/")[0]
        with _faults(prefix):
            yield from _walk(self._root / folder, f"{folder}/" if folder else "", prefix, name)

    def remove(self, path: str, etag: str) -> None:
        """Take that version out: set aside first, so that a version that came meanwhile is put back, never lost."""
        place = self._place(path)
        with _faults(path, writing=True):
            found = _blob(path, place)
            if found is None:
                return
            _check_version(path, etag, found.etag)
            aside = self._root / _PARTIAL / secrets.token_hex(12)
            self._make_folder(aside.parent)
            try:
                place.rename(aside)
            except FileNotFoundError:
                return
            self._drop(path, etag, place, aside)

    def _drop(self, path: str, etag: str, place: Path, aside: Path) -> None:
        """Remove what was set aside; Superseded when it is another version, which gets its name back."""
        found = file_etag(aside.stat())
        if found != etag:
            self._published(aside, place, if_absent=True)
        aside.unlink()
        _check_version(path, etag, found)
        sync_folder(place.parent)
        self._remove_empty(place.parent)

    def _remove_empty(self, folder: Path) -> None:
        """Remove the folder and those above it that nothing lies in any more."""
        with suppress(OSError):
            while folder != self._root:
                folder.rmdir()
                folder = folder.parent

    def _published(self, partial: Path, place: Path, *, if_absent: bool) -> bool:
        """Put the file in its place, durably; who removes a folder that was empty for a moment is not noticed."""
        for _ in range(_TRIES):
            with suppress(FileNotFoundError):
                self._make_folder(place.parent)
                written = _publish(partial, place, if_absent=if_absent)
                sync_folder(place.parent)
                return written
        raise Transient(f"The folder of {place.name!r} in the lake was removed again and again while it was written.")

    def _place(self, path: str) -> Path:
        """The file of the name; Missing when a linked folder would lead out of the lake."""
        place, folder = self._root / check_name(path), str(self._root)
        for name in path.split("/")[:-1]:
            folder = f"{folder}/{name}"
            if os.path.islink(folder):  # noqa: PTH114 - no Path for each folder: this is asked for every blob
                raise Missing(f"There is no blob {path!r} in the lake: links are not followed.")
        return place

    def _descriptor(self, path: str) -> int:
        try:
            return os.open(self._place(path), os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
        except (FileNotFoundError, NotADirectoryError):
            raise Missing(f"There is no blob {path!r} in the lake.") from None
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise Missing(f"{path!r} is a link, and links are no blobs of the lake.") from None
            raise

    def _there(self, path: str, place: Path) -> Blob:
        blob = _blob(path, place)
        if blob is None:
            raise Transient(f"{path!r} was removed from the lake while it was being written.")
        return blob

    def _make_folder(self, folder: Path) -> None:
        """Create missing folders; each entry is on the disk before anything is put into it."""
        if folder.is_dir():
            return
        if folder == self._root:
            _make_root(folder)
        else:
            self._make_folder(folder.parent)
            folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)

    @contextmanager
    def _partial(self, data: bytes | BinaryIO) -> Iterator[Path]:
        """Write the bytes to a hidden file on the disk and remove it when the block ends."""
        folder = self._root / _PARTIAL
        self._make_folder(folder)
        place = folder / secrets.token_hex(12)
        try:
            with place.open("xb") as out:
                if isinstance(data, bytes):
                    out.write(data)
                else:
                    shutil.copyfileobj(data, out, _BLOCK)
                out.flush()
                os.fsync(out.fileno())
            yield place
        finally:
            place.unlink(missing_ok=True)


def _publish(partial: Path, place: Path, *, if_absent: bool) -> bool:
    if not if_absent:
        partial.replace(place)
        return True
    # link(2) fails when the name exists: of two writers exactly one succeeds, and the file is whole from the start.
    with suppress(FileExistsError):
        os.link(partial, place)
        return True
    return False


def _check_version(path: str, etag: str, found: str) -> None:
    if found != etag:
        raise Superseded(f"{path!r} is not version {etag} any more; it is {found}.")


def _blob(path: str, place: Path) -> Blob | None:
    try:
        found = place.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return Blob(path, file_etag(found), found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))


def _walk(folder: Path, name: str, prefix: str, after: str) -> Iterator[Blob]:
    """The blobs in the folder of that name that come after a name, and start with the prefix."""
    try:
        with os.scandir(folder) as entries:
            # A folder sorts with its slash: "a-b" comes before "a/b", as in a store that knows names only.
            # Links are not followed: they could lead out of the lake, or back to themselves.
            found = sorted(entry.name + ("/" if entry.is_dir(follow_symlinks=False) else "") for entry in entries)
    except (FileNotFoundError, NotADirectoryError):
        return
    except PermissionError:
        if name.partition("/")[0] not in AREAS:
            raise
        # One folder that cannot be read must not hide all others.
        log.warning("%s cannot be read and is skipped", name)
        return
    for entry in found:
        path = name + entry
        if not _is_wanted(path, prefix, after):
            continue
        if entry.endswith("/"):
            yield from _walk(folder / entry, path, prefix, after)
        elif blob := _blob(path, folder / entry):
            yield blob


def _is_wanted(path: str, prefix: str, after: str) -> bool:
    """Whether the file, or a file in the folder (its name ends with a slash), starts with `prefix` after `after`."""
    is_next = path > after or (path.endswith("/") and after.startswith(path))
    return path.startswith(prefix) and is_next and not name_problem(path.rstrip("/"))


def _make_root(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (NotADirectoryError, FileExistsError) as error:
        raise Permanent(f"The lake's folder {folder} cannot be made ({error.strerror}).") from error


@contextmanager
def _faults(path: str, *, writing: bool = False) -> Iterator[None]:
    """Turn errors of the file system into errors of the project."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise Transient(f"The disk that holds the lake is full; {path!r} was not stored.") from error
        if error.errno in {errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENOTEMPTY}:
            raise BadInput(f"{path!r} cannot be stored: a blob has the name of a folder on its way.") from error
        if error.errno == errno.EROFS or (writing and error.errno in {errno.EACCES, errno.EPERM}):
            # Somebody mounts it for writing again, or grants the right: what could not be stored then is.
            raise Transient(f"The lake's folder is read-only; {path!r} was not stored ({error.strerror}).") from error
        if error.errno in {errno.EACCES, errno.EPERM}:
            raise Permanent(f"The lake's folder does not allow access to {path!r} ({error.strerror}).") from error
        raise Transient(f"The lake's disk failed at {path!r}: {error.strerror}.") from error
