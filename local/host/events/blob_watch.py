"""Blobs that land on Azurite become the events that Azure Storage would raise; Azurite itself raises none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from local.host.database import HostDatabase
from local.host.events.lake_watch import AREAS, Publish, ReportedBlobs
from shared.core.blob import Blob
from shared.core.lake_reading import SLICE
from shared.core.ports import Lake

POLL_SECONDS = 1.0


class BlobWatch:
    """Lists the areas every second, and raises one BlobCreated event per version of a blob, across restarts.

    A listed blob is complete, so it is reported at once. A step lists `most` blobs, and the next one goes on behind
    them.
    """

    def __init__(  # noqa: PLR0917 -- what a watch is made of
        self,
        lake: Lake,
        container: str,
        database: HostDatabase,
        publish: Publish,
        clock: Callable[[], float],
        most: int = SLICE,
    ) -> None:
        self._lake = lake
        self._clock = clock
        self._reported = ReportedBlobs(database, publish, container)
        self._most = most
        self._area, self._marker = 0, ""
        self._present = set[str]()

    @property
    def folders(self) -> list[Path]:
        """None: the blobs are not on this machine's disk."""
        return []

    def mark_changed(self, paths: Iterable[str]) -> None:
        """Do nothing: every step checks the next blobs."""

    def step(self) -> float:
        """Check the next blobs, and at the end of a round forget those that are gone; returns the seconds to wait."""
        left = self._most
        while left > 0:
            page, self._marker = self._lake.page(f"{AREAS[self._area]}/", self._marker, left)
            left -= len(page)
            self._check(page)
            if not self._marker and self._ends_round():
                break
        return POLL_SECONDS

    def _check(self, page: Sequence[Blob]) -> None:
        for blob in page:
            self._present.add(blob.path)
            if self._reported.etag(blob.path) != _etag(blob):
                self._reported.report(blob.path, _etag(blob), blob.size, self._clock())

    def _ends_round(self) -> bool:
        """Go on with the next area; whether it was the last one."""
        self._area = (self._area + 1) % len(AREAS)
        if self._area:
            return False
        for name in set(self._reported.names()) - self._present:
            self._reported.forget(name)
        self._present.clear()
        return True

    def has_unreported(self) -> bool:
        """Whether a blob exists that has not been reported yet."""
        return any(self._reported.etag(blob.path) != _etag(blob) for blob in self._blobs())

    def _blobs(self) -> Iterator[Blob]:
        for area in AREAS:
            yield from self._lake.list(f"{area}/")


def _etag(blob: Blob) -> str:
    # Azure's events carry ETags without their quotes.
    return blob.etag.strip('"')
