"""Files that land in the lake's folder become the events that Azure Storage would raise."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from local.host.database import HostDatabase
from local.host.events.blob_event import CONTAINER, blob_created
from local.host.events.open_writers import has_writer
from shared.core.blob import file_etag, shown_name, unfinished

log = logging.getLogger("mlops.host")
AREAS = ("incoming", "scoring")
SETTLE_SECONDS = 0.15
# A file that keeps changing waits twice as long after every change.
LONGEST_SETTLE_SECONDS = 20.0
CALM_SECONDS = 60.0
_MOST_CHANGES = 16
# An empty file is more often the beginning of a slow copy than an empty drop.
EMPTY_SETTLE_SECONDS = 1.0
SCAN_SECONDS = 5.0
# So many files a scan looks at; the next one goes on behind them.
SCANNED = 20_000
Publish = Callable[[Sequence[Mapping[str, Any]]], None]


@dataclass(frozen=True, slots=True)
class _Pending:
    path: Path
    etag: str
    size: int
    since: float
    changes: int = 0

    @property
    def settles(self) -> float:
        shortest = SETTLE_SECONDS if self.size else EMPTY_SETTLE_SECONDS
        return self.since + min(shortest * 2.0**self.changes, LONGEST_SETTLE_SECONDS)


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
    """Raises one BlobCreated event per version of a file, across restarts; a file still being written waits.

    A link, a folder that cannot be read and anything that is no file is skipped and told once in the log.
    """

    def __init__(
        self,
        root: Path,
        database: HostDatabase,
        publish: Publish,
        clock: Callable[[], float],
        most: int = SCANNED,
    ) -> None:
        """`most` files are looked at in one scan."""
        self._root = root
        self._most = most
        self._round: Iterator[tuple[str, Path, os.stat_result]] | None = None
        self._present = set[str]()
        self._clock = clock
        self._reported = ReportedBlobs(database, publish)
        self._pending: dict[str, _Pending] = {}
        self._changes: dict[str, tuple[int, float]] = {}
        self._changed: set[str] = set()
        self._told: set[str] = set()
        self._scan_due = clock()
        for folder in self.folders:
            folder.mkdir(parents=True, exist_ok=True)

    @property
    def folders(self) -> list[Path]:
        """The folders that are watched."""
        return [self._root / area for area in AREAS]

    def scan(self) -> None:
        """Make the next step check the files, of very many the next ones."""
        self._scan_due = self._clock()

    def mark_changed(self, paths: Iterable[str]) -> None:
        """Make the next step check these paths."""
        self._changed.update(paths)

    def step(self) -> float:
        """Check changed paths, and every few seconds the files; returns the seconds until the next check."""
        now = self._clock()
        if now >= self._scan_due or self._scan_due > now + SCAN_SECONDS:
            self._scan(now)
            self._scan_due = now + SCAN_SECONDS
        changed, self._changed = self._changed, set()
        self._check([Path(path) for path in changed], now)
        self._check([pending.path for pending in self._pending.values() if pending.settles <= now], now)
        due = min([self._scan_due, *(pending.settles for pending in self._pending.values())])
        return max(0.0, due - now)

    def has_unreported(self) -> bool:
        """Whether a file exists that has not been reported yet."""
        return any(self._reported.etag(name) != file_etag(status) for name, _, status in self._files(self.folders))

    def _scan(self, now: float) -> None:
        """Check the next files, and at the end of a round forget those that are gone."""
        if self._round is None:
            self._round = self._files(self.folders)
            self._present.clear()
        found = list(islice(self._round, self._most))
        for name, path, status in found:
            self._check_file(name, path, status, now)
        if len(found) < self._most:
            self._round = None
            for gone in {*self._reported.names(), *self._pending} - self._present:
                self._forget(gone)

    def _check(self, places: Sequence[Path], now: float) -> None:
        for place in places:
            if not os.path.lexists(place):
                self._forget(self._name(place))
        for name, path, status in self._files(places):
            self._check_file(name, path, status, now)

    def _check_file(self, name: str, path: Path, status: os.stat_result, now: float) -> None:
        # What is told of during a round may lie where the round has been already.
        self._present.add(name)
        etag = file_etag(status)
        if self._reported.etag(name) == etag:
            self._pending.pop(name, None)
            return
        pending = self._pending.get(name)
        if pending is None or pending.etag != etag or pending.since > now:
            self._pending[name] = _Pending(path, etag, status.st_size, now, self._count_change(name, now))
        elif pending.settles <= now:
            self._report(name, pending, now)

    def _count_change(self, name: str, now: float) -> int:
        """How often the file changed of late; a first version has no change behind it, and a calm minute forgets."""
        count, last = self._changes.get(name, (-1, now))
        count = min(count + 1, _MOST_CHANGES) if 0 <= now - last < CALM_SECONDS else 0
        self._changes[name] = count, now
        return count

    def _report(self, name: str, pending: _Pending, now: float) -> None:
        if has_writer(pending.path):
            # A copy that stalls is no finished file, however long it rests.
            self._pending[name] = replace(pending, since=now, changes=min(pending.changes + 1, _MOST_CHANGES))
            return
        self._reported.report(name, pending.etag, pending.size, now)
        del self._pending[name]

    def _forget(self, gone: str) -> None:
        inside = [
            name for name in {*self._reported.names(), *self._pending} if name == gone or name.startswith(f"{gone}/")
        ]
        for name in inside:
            self._pending.pop(name, None)
            self._changes.pop(name, None)
            self._reported.forget(name)

    def _files(self, places: Iterable[Path]) -> Iterator[tuple[str, Path, os.stat_result]]:
        for place in places:
            for path in self._walk(place):
                name = self._name(path)
                try:
                    status = path.lstat()
                except OSError:
                    continue
                if stat.S_ISREG(status.st_mode):
                    if not _hidden(name):
                        yield name, path, status
                else:
                    self._tell(name, "is no regular file; links are not followed, copy the file itself")

    def _walk(self, place: Path) -> Iterator[Path]:
        if place.is_symlink() or not place.is_dir():
            yield place
            return
        for folder, folders, files in os.walk(place, onerror=self._unreadable):
            linked = [name for name in folders if (Path(folder) / name).is_symlink()]
            yield from (Path(folder) / file for file in sorted([*files, *linked]))

    def _unreadable(self, error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            self._tell(self._name(Path(str(error.filename))), f"cannot be read ({error.strerror}) and is skipped")

    def _tell(self, name: str, problem: str) -> None:
        if name not in self._told:
            self._told.add(name)
            log.warning("%s %s", name, problem)

    def _name(self, path: Path) -> str:
        """The blob's name; of a name that is no text, a readable form of it, which is refused by its cause."""
        return shown_name(path.relative_to(self._root).as_posix())


def _hidden(name: str) -> bool:
    return unfinished(name) or any(part.startswith(".") for part in name.split("/"))
