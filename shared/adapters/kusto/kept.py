"""What was read of a span, kept in the lake: `telemetry/<scenario>/<span>/<table>-<number>.parquet`, written once.

A file is never written anew. Rows that come late into a span are one more file beside those that were there, so what a
window pinned stays what it was.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.core.blob import Blob
from shared.core.errors import Conflict
from shared.core.paths import telemetry_folder
from shared.core.ports import Lake
from shared.core.scenario import Scenario
from shared.datasets.ports import Tables
from shared.prediction.telemetry_span import Span

if TYPE_CHECKING:
    import pyarrow as pa

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of a span, and how many rows it has."""

    blob: Blob
    rows: int


class KeptRows:
    """The files of spans, in a lake."""

    def __init__(self, lake: Lake, tables: Tables) -> None:
        self._lake = lake
        self._tables = tables

    def files(self, scenario: Scenario, span: Span) -> list[Kept]:
        """What is kept of the span, in the order it was read."""
        from pyarrow import parquet as pq

        found = []
        for blob in self._lake.list(telemetry_folder(scenario.name, span.start, span.end)):
            with self._lake.open(blob.path, etag=blob.etag) as source:
                found.append(Kept(blob, pq.read_metadata(source).num_rows))
        return found

    def add(self, scenario: Scenario, span: Span, files: Sequence[Kept], tables: Iterable[pa.Table]) -> list[Kept]:
        """The span's files with one more for each table that has rows which are not kept yet."""
        from shared.adapters.kusto.rows import without

        known, kept = self._known(files), list(files)
        for table in tables:
            fresh = without(table, known) if known else table
            if fresh.num_rows:
                kept.append(Kept(self._put(scenario, span, len(kept), fresh), fresh.num_rows))
        return kept

    def _put(self, scenario: Scenario, span: Span, number: int, table: pa.Table) -> Blob:
        folder, content = telemetry_folder(scenario.name, span.start, span.end), self._tables.write(table)
        blob, written = self._lake.put(f"{folder}{scenario.batch.table}-{number:04}.parquet", content)
        if not written and self.digest([blob]) != hashlib.sha256(content).hexdigest():
            raise Conflict(f"Another reader has written {blob.path} with other content; its file is kept.")
        return blob

    def _known(self, files: Sequence[Kept]) -> Counter[tuple[str, ...]]:
        from pyarrow import parquet as pq

        from shared.adapters.kusto.rows import keys_of

        known: Counter[tuple[str, ...]] = Counter()
        for kept in files:
            with self._lake.open(kept.blob.path, etag=kept.blob.etag) as source:
                known.update(keys_of(pq.read_table(source)))
        return known

    def digest(self, blobs: Iterable[Blob]) -> str:
        """The sha256 over the content of these files."""
        digest = hashlib.sha256()
        for blob in blobs:
            with self._lake.open(blob.path, etag=blob.etag) as source:
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
        return digest.hexdigest()
