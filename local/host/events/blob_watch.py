"""Blobs that land on Azurite become the events that Azure Storage would raise; Azurite itself raises none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from local.host.database import HostDatabase
from local.host.events.lake_watch import AREAS, Publish, ReportedBlobs
from shared.core.blob import Blob
from shared.core.ports import Lake

POLL_SECONDS = 1.0


class BlobWatch:
    """Lists the areas every second, and raises one BlobCreated event per version of a blob, across restarts.

    A listed blob is complete, so it is reported at once.
    """

    def __init__(
        self, lake: Lake, container: str, database: HostDatabase, publish: Publish, clock: Callable[[], float]
    ) -> None:
        self._lake = lake
        self._clock = clock
        self._reported = ReportedBlobs(database, publish, container)

    @property
    def folders(self) -> list[Path]:
        """None: the blobs are not on this machine's disk."""
        return []

    def mark_changed(self, paths: Iterable[str]) -> None:
        """Do nothing: every step checks every blob."""

    def step(self) -> float:
        """Check every blob; returns the seconds until the next check."""
        present = set()
        for blob in self._blobs():
            present.add(blob.path)
            if self._reported.etag(blob.path) != _etag(blob):
                self._reported.report(blob.path, _etag(blob), blob.size, self._clock())
        for name in set(self._reported.names()) - present:
            self._reported.forget(name)
        return POLL_SECONDS

    def has_unreported(self) -> bool:
        """Whether a blob exists that has not been reported yet."""
        return any(self._reported.etag(blob.path) != _etag(blob) for blob in self._blobs())

    def _blobs(self) -> Iterator[Blob]:
        for area in AREAS:
            yield from self._lake.list(f"{area}/")


def _etag(blob: Blob) -> str:
    # Azure's events carry ETags without their quotes.
    return blob.etag.strip('"')
