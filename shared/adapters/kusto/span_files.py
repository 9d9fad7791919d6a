"""The rows of a span as files in the lake: `telemetry/<scenario>/<span>/<table>-<number>.parquet`, written once.

A file never changes. Rows that arrive late in a span become another file, so the files that a window pinned stay as
they were.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.adapters.lake.digest import content_sha256
from shared.core.blob import Blob
from shared.core.errors import Conflict
from shared.core.paths import telemetry_folder
from shared.core.ports import Lake
from shared.core.scenario import Scenario
from shared.datasets.ports import Tables
from shared.prediction.telemetry_span import Span

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class SpanFile:
    """A file of a span and its number of rows."""

    blob: Blob
    rows: int


class SpanFiles:
    """The files of spans in a lake."""

    def __init__(self, lake: Lake, tables: Tables) -> None:
        self._lake = lake
        self._tables = tables

    def files(self, scenario: Scenario, span: Span) -> list[SpanFile]:
        """Return the files of the span in the order they were written."""
        from pyarrow import parquet as pq

        found = []
        for blob in self._lake.list(telemetry_folder(scenario.name, span.start, span.end)):
            with self._lake.open(blob.path, etag=blob.etag) as source:
                found.append(SpanFile(blob, pq.read_metadata(source).num_rows))
        return found

    def add(
        self, scenario: Scenario, span: Span, files: Sequence[SpanFile], tables: Iterable[pa.Table]
    ) -> list[SpanFile]:
        """Write a file for each table that has rows not stored yet; return the old and the new files."""
        from shared.adapters.kusto.rows import without

        known, stored = self._known(files), list(files)
        for table in tables:
            fresh = without(table, known) if known else table
            if fresh.num_rows:
                stored.append(SpanFile(self._put(scenario, span, len(stored), fresh), fresh.num_rows))
        return stored

    def _put(self, scenario: Scenario, span: Span, number: int, table: pa.Table) -> Blob:
        folder, content = telemetry_folder(scenario.name, span.start, span.end), self._tables.write(table)
        blob, written = self._lake.put(f"{folder}{scenario.batch.table}-{number:04}.parquet", content)
        if not written and content_sha256(self._lake, [blob]) != hashlib.sha256(content).hexdigest():
            raise Conflict(f"Another reader has written {blob.path} with other content; its file is kept.")
        return blob

    def _known(self, files: Sequence[SpanFile]) -> Counter[tuple[str, ...]]:
        from pyarrow import parquet as pq

        from shared.adapters.kusto.rows import keys_of

        known: Counter[tuple[str, ...]] = Counter()
        for file in files:
            with self._lake.open(file.blob.path, etag=file.blob.etag) as source:
                known.update(keys_of(pq.read_table(source)))
        return known

    def digest(self, blobs: Iterable[Blob]) -> str:
        """Return the sha256 over the content of these files."""
        return content_sha256(self._lake, blobs)
