"""Files that land in the lake's folder become the events that Azure Storage would raise."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.host.database import HostDatabase
from local.host.events.blob_event import CONTAINER, blob_created
from shared.core.blob import file_etag

log = logging.getLogger("mlops.host")
AREAS = ("incoming", "scoring")
SETTLE_SECONDS = 0.15
# An empty file is more often the beginning of a slow copy than an empty drop.
EMPTY_SETTLE_SECONDS = 1.0
SCAN_SECONDS = 5.0
_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload")
Publish = Callable[[Sequence[Mapping[str, Any]]], None]


@dataclass(frozen=True, slots=True)
class _Pending:
    etag: str
    size: int
    since: float

    @property
    def settles(self) -> float:
        return self.since + (SETTLE_SECONDS if self.size else EMPTY_SETTLE_SECONDS)


class ReportedBlobs:
    """The version of each file that was reported last, kept across restarts."""

    def __init__(self, database: HostDatabase, publish: Publish, container: str = CONTAINER) -> None:
        self._database = database
        self._publish = publish
        self._container = container
        self._etags: dict[str, str] = dict(database.rows("SELECT path, etag FROM seen"))

    def names(self) -> list[str]:
        """Every reported file that still exists."""
        return list(self._etags)

    def etag(self, name: str) -> str | None:
        """The version that was reported last."""
        return self._etags.get(name)

    def report(self, name: str, etag: str, size: int, now: float) -> None:
        """Raise the event and record it in one transaction, so that it is neither lost nor raised twice."""
        with self._database.transaction():
            self._database.run("UPDATE sequence SET last = last + 1")
            ((number,),) = self._database.rows("SELECT last FROM sequence")
            self._publish([blob_created(name, etag, size, number, now, container=self._container)])
            self._database.run("INSERT OR REPLACE INTO seen (path, etag) VALUES (?, ?)", name, etag)
        self._etags[name] = etag
        log.info("%s landed", name)

    def forget(self, name: str) -> None:
        """Remove a deleted file, so that it is reported again when it comes back."""
        if self._etags.pop(name, None) is not None:
            self._database.run("DELETE FROM seen WHERE path = ?", name)


class LakeWatch:
    """Raises one BlobCreated event per version of a file, across restarts; a file still being written waits."""

    def __init__(self, root: Path, database: HostDatabase, publish: Publish, clock: Callable[[], float]) -> None:
        self._root = root
        self._clock = clock
        self._reported = ReportedBlobs(database, publish)
        self._pending: dict[str, _Pending] = {}
        self._changed: set[str] = set()
        self._scan_due = clock()
        for folder in self.folders:
            folder.mkdir(parents=True, exist_ok=True)

    @property
    def folders(self) -> list[Path]:
        """The folders that are watched."""
        return [self._root / area for area in AREAS]

    def scan(self) -> None:
        """Make the next step check every file."""
        self._scan_due = self._clock()

    def mark_changed(self, paths: Iterable[str]) -> None:
        """Make the next step check these paths."""
        self._changed.update(paths)

    def step(self) -> float:
        """Check changed paths, and every few seconds all files; returns the seconds until the next check."""
        now = self._clock()
        if now >= self._scan_due or self._scan_due > now + SCAN_SECONDS:
            self._check(self.folders, now)
            self._forget_deleted()
            self._scan_due = now + SCAN_SECONDS
        changed, self._changed = self._changed, set()
        self._check([Path(path) for path in changed], now)
        self._check([self._root / path for path, pending in self._pending.items() if pending.settles <= now], now)
        due = min([self._scan_due, *(pending.settles for pending in self._pending.values())])
        return max(0.0, due - now)

    def has_unreported(self) -> bool:
        """Whether a file exists that has not been reported yet."""
        return any(self._reported.etag(name) != file_etag(status) for name, status in self._files(self.folders))

    def _check(self, places: Sequence[Path], now: float) -> None:
        for place in places:
            if not place.exists():
                self._forget(self._name(place))
        for name, status in self._files(places):
            self._check_file(name, status, now)

    def _check_file(self, name: str, status: os.stat_result, now: float) -> None:
        etag = file_etag(status)
        if self._reported.etag(name) == etag:
            self._pending.pop(name, None)
            return
        pending = self._pending.get(name)
        if pending is None or pending.etag != etag or pending.since > now:
            self._pending[name] = _Pending(etag, status.st_size, now)
        elif pending.settles <= now:
            self._report(name, pending, now)

    def _report(self, name: str, pending: _Pending, now: float) -> None:
        self._reported.report(name, pending.etag, pending.size, now)
        del self._pending[name]

    def _forget_deleted(self) -> None:
        for name in [name for name in {*self._reported.names(), *self._pending} if not (self._root / name).exists()]:
            self._forget(name)

    def _forget(self, gone: str) -> None:
        inside = [
            name for name in {*self._reported.names(), *self._pending} if name == gone or name.startswith(f"{gone}/")
        ]
        for name in inside:
            self._pending.pop(name, None)
            self._reported.forget(name)

    def _files(self, places: Iterable[Path]) -> Iterator[tuple[str, os.stat_result]]:
        for place in places:
            for path in _walk(place):
                name = self._name(path)
                try:
                    status = path.lstat()
                except OSError:
                    continue
                if stat.S_ISREG(status.st_mode) and _finished(name):
                    yield name, status

    def _name(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()


def _walk(place: Path) -> Iterator[Path]:
    if not place.is_dir():
        yield place
    for folder, _, files in os.walk(place):
        yield from (Path(folder) / file for file in sorted(files))


def _finished(name: str) -> bool:
    return not name.endswith(_UNFINISHED) and not any(part.startswith(".") for part in name.split("/"))
