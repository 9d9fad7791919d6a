"""Blobs that land on Azurite become the events that Azure Storage would raise; Azurite itself raises none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from local.host.database import HostDatabase
from local.host.events.lake_watch import AREAS, Publish, Seen
from shared.core.blob import Blob
from shared.core.ports import Lake

POLL_SECONDS = 1.0


class BlobWatch:
    """Lists the areas again and again, and raises one BlobCreated event per version of a blob, across restarts.

    A blob is whole as soon as it is listed: nothing has to settle.
    """

    def __init__(
        self, lake: Lake, container: str, database: HostDatabase, publish: Publish, clock: Callable[[], float]
    ) -> None:
        self._lake = lake
        self._clock = clock
        self._seen = Seen(database, publish, container)

    @property
    def folders(self) -> list[Path]:
        """Nothing of it is on this machine's disk."""
        return []

    def note(self, paths: Iterable[str]) -> None:
        """Every step looks at everything anyway."""

    def step(self) -> float:
        """Look at everything; seconds until the next look."""
        there = set()
        for blob in self._blobs():
            there.add(blob.path)
            if self._seen.etag(blob.path) != _etag(blob):
                self._seen.report(blob.path, _etag(blob), blob.size, self._clock())
        for name in set(self._seen.names()) - there:
            self._seen.forget(name)
        return POLL_SECONDS

    def behind(self) -> bool:
        """Whether a blob lies there that has not been reported yet."""
        return any(self._seen.etag(blob.path) != _etag(blob) for blob in self._blobs())

    def _blobs(self) -> Iterator[Blob]:
        for area in AREAS:
            yield from self._lake.list(f"{area}/")


def _etag(blob: Blob) -> str:
    # Azure's events tell ETags without their quotes.
    return blob.etag.strip('"')
