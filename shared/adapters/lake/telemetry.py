"""Telemetry from the lake: files in `scoring/<scenario>/` are read in windows of their arrival time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.adapters.lake.digest import content_sha256
from shared.core.blob import Blob
from shared.core.errors import Quarantined
from shared.core.paths import absent_tables, table_landing, table_of
from shared.core.ports import Lake
from shared.core.scenario import Scenario
from shared.datasets.ports import Tables
from shared.prediction.telemetry_span import Extract, Span

_TICK = timedelta(microseconds=1)
_QUERY = "list scoring/{scenario}/ | where arrived >= start and arrived < end"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file of a complete drop, and the time from which it can be read: it has landed and its drop is complete."""

    blob: Blob
    at: datetime


class LakeTelemetry:
    """Port `Telemetry`. `now` is the lake's clock: it decides when a span may be read, never what the span holds."""

    reads_files = True
    commit_seconds = 0.0

    def __init__(self, lake: Lake, tables: Tables, now: Callable[[], datetime]) -> None:
        self._lake = lake
        self._tables = tables
        self._now = now
        self._counted: dict[str, int] = {}

    def settled_until(self, scenario: Scenario, after: datetime) -> datetime | None:
        """Return the time just after the newest arrival since `after` that is older than the lag allowance, or None."""
        limit = self._now() - timedelta(seconds=scenario.batch.lag_seconds)
        arrivals = (arrival.at for arrival in self._arrivals(scenario))
        newest = max((at for at in arrivals if after <= at and _end_of_tick(at) <= limit), default=None)
        return newest + _TICK if newest else None

    def extract(self, scenario: Scenario, span: Span) -> Extract:
        """The files that arrived in the span, in the order they landed."""
        blobs = self._inside(scenario, span)
        times = {"start": span.start.isoformat(), "end": span.end.isoformat()}
        rows = sum(self._rows(scenario, blob) for blob in blobs)
        query = _QUERY.format(scenario=scenario.name)
        inputs = tuple(f"{blob.path}@{blob.etag}" for blob in blobs)
        return Extract(inputs, query, times, rows, content_sha256(self._lake, blobs))

    def count(self, scenario: Scenario, span: Span) -> int:
        """How many rows to predict the span has now."""
        return sum(self._rows(scenario, blob) for blob in self._inside(scenario, span))

    def _inside(self, scenario: Scenario, span: Span) -> list[Blob]:
        found = [arrival.blob for arrival in self._arrivals(scenario) if span.start <= arrival.at < span.end]
        return sorted(found, key=lambda blob: (blob.modified, blob.path))

    def _arrivals(self, scenario: Scenario) -> Iterator[Arrival]:
        for blobs in self._drops(scenario):
            complete = _complete_at(scenario, blobs)
            if complete is not None:
                yield from (Arrival(blob, max(blob.modified, complete)) for blob in blobs)

    def _drops(self, scenario: Scenario) -> Iterator[list[Blob]]:
        """The files of each drop, which stand together in a listing: one drop is in memory."""
        drop, blobs = "", list[Blob]()
        for blob in self._lake.list(f"scoring/{scenario.name}/"):
            if where := table_landing(blob.path, {scenario.name: scenario}):
                if blobs and where.drop != drop:
                    yield blobs
                    blobs = []
                drop = where.drop
                blobs.append(blob)
        if blobs:
            yield blobs

    def _rows(self, scenario: Scenario, blob: Blob) -> int:
        """Return the number of rows to predict in the file; 0 for an unreadable file, which scoring then refuses."""
        file = blob.name
        table = table_of(file, "scoring", scenario)
        if table.name != scenario.batch.table:
            return 0
        key = f"{blob.path}@{blob.etag}"
        if key not in self._counted:
            self._counted[key] = 0
            try:
                with self._lake.open(blob.path, etag=blob.etag) as source:
                    self._counted[key] = sum(batch.num_rows for batch in self._tables.stream(source, file, table))
            except Quarantined:
                pass
        return self._counted[key]


def _end_of_tick(at: datetime) -> datetime:
    """Return when no other file can get that time any more: some stores have whole seconds only."""
    return at if at.microsecond else at + timedelta(seconds=1)


def _complete_at(scenario: Scenario, blobs: Sequence[Blob]) -> datetime | None:
    """Return when the drop was complete, with every table and every announced part; None while it is not."""
    files: list[str] = []
    for blob in sorted(blobs, key=lambda blob: (blob.modified, blob.path)):
        files.append(blob.name)
        if not absent_tables(files, "scoring", scenario):
            return blob.modified
    return None
