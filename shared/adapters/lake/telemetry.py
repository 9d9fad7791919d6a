"""Telemetry over the lake: files that land in `scoring/<scenario>/` are read in windows of their arrival."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.core.blob import Blob
from shared.core.errors import Quarantined
from shared.core.paths import absent_tables, table_landing, table_of
from shared.core.ports import Lake
from shared.core.scenario import Scenario
from shared.datasets.ports import Tables
from shared.prediction.telemetry_span import Extract, Span

_CHUNK = 1 << 20
_TICK = timedelta(microseconds=1)
_QUERY = "list scoring/{scenario}/ | where arrived >= start and arrived < end"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file of a whole drop, and when it could first be read: when it landed and its drop was whole."""

    blob: Blob
    at: datetime


class LakeTelemetry:
    """Port `Telemetry`. `now` is the lake's clock: it decides when a span may be read, never what is in it."""

    reads_files = True

    def __init__(self, lake: Lake, tables: Tables, now: Callable[[], datetime]) -> None:
        self._lake = lake
        self._tables = tables
        self._now = now
        self._counted: dict[str, int] = {}

    def settled_until(self, scenario: Scenario, after: datetime) -> datetime | None:
        """Just after the newest arrival that is older than the lag allowance, when it is later than `after`."""
        limit = self._now() - timedelta(seconds=scenario.batch.lag_seconds)
        found = [one.at for one in self._arrivals(scenario) if after <= one.at and _over(one.at) <= limit]
        return max(found) + _TICK if found else None

    def extract(self, scenario: Scenario, span: Span) -> Extract:
        """The files that arrived in the span, in the order they landed."""
        blobs = self._inside(scenario, span)
        times = {"start": span.start.isoformat(), "end": span.end.isoformat()}
        rows = sum(self._rows(scenario, blob) for blob in blobs)
        query = _QUERY.format(scenario=scenario.name)
        return Extract(tuple(f"{one.path}@{one.etag}" for one in blobs), query, times, rows, self._digest(blobs))

    def count(self, scenario: Scenario, span: Span) -> int:
        """How many rows to predict the span has now."""
        return sum(self._rows(scenario, blob) for blob in self._inside(scenario, span))

    def _inside(self, scenario: Scenario, span: Span) -> list[Blob]:
        found = [one.blob for one in self._arrivals(scenario) if span.start <= one.at < span.end]
        return sorted(found, key=lambda blob: (blob.modified, blob.path))

    def _arrivals(self, scenario: Scenario) -> Iterator[Arrival]:
        drops: dict[str, list[Blob]] = {}
        for blob in self._lake.list(f"scoring/{scenario.name}/"):
            if where := table_landing(blob.path, {scenario.name: scenario}):
                drops.setdefault(where.drop, []).append(blob)
        for blobs in drops.values():
            whole = _whole_at(scenario, blobs)
            if whole is not None:
                yield from (Arrival(blob, max(blob.modified, whole)) for blob in blobs)

    def _rows(self, scenario: Scenario, blob: Blob) -> int:
        """Rows to predict in the file; what cannot be read has none here, scoring says what is wrong with it."""
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

    def _digest(self, blobs: Sequence[Blob]) -> str:
        digest = hashlib.sha256()
        for blob in blobs:
            with self._lake.open(blob.path, etag=blob.etag) as source:
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
        return digest.hexdigest()


def _over(at: datetime) -> datetime:
    """When no other file can have that time any more: some stores tell whole seconds only."""
    return at if at.microsecond else at + timedelta(seconds=1)


def _whole_at(scenario: Scenario, blobs: Sequence[Blob]) -> datetime | None:
    """When the drop had a file of every table and every announced part; None while it has not."""
    files: list[str] = []
    for blob in sorted(blobs, key=lambda one: (one.modified, one.path)):
        files.append(blob.name)
        if not absent_tables(files, "scoring", scenario):
            return blob.modified
    return None
