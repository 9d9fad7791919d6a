"""Telemetry in Azure Data Explorer: windows of `ingestion_time()` become Parquet files in the lake.

The cluster's clock decides which rows have settled. An answer stays below the service's limits: a window ends before it
would exceed them, and a span that has grown since is read in parts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.adapters.kusto.client import KustoQueries
from shared.adapters.kusto.faults import TooLarge
from shared.adapters.kusto.query_texts import (
    bound_number,
    bound_time,
    count_text,
    measure_text,
    rows_text,
    settled_text,
    stream_of,
    untimed_text,
)
from shared.adapters.kusto.span_files import SpanFiles
from shared.core.errors import Permanent
from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.prediction.telemetry_span import EPOCH, Extract, Span

if TYPE_CHECKING:
    import pyarrow as pa

_TICK = timedelta(microseconds=1)
# A row gets its ingestion time just before it is committed: younger rows may still be invisible.
COMMIT_SECONDS = 60
# A batch is not divided into more shares than this: then single messages are too large.
_MOST_PARTS = 1 << 12


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one answer may hold; the service refuses more than 500 000 rows or 64 MB."""

    rows: int = 100_000
    bytes: int = 32 << 20


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Measured:
    """The number of rows, their size, and the first and last ingestion time, cut to microseconds."""

    rows: int
    bytes: int
    oldest: datetime
    newest: datetime

    def times(self, limits: Limits) -> float:
        """Return how many answers of this limit the rows fill; at most 1 when one is enough."""
        return max(self.rows / limits.rows, self.bytes / limits.bytes)


class KustoTelemetry:
    """Port `Telemetry` on one database."""

    reads_files = False
    commit_seconds = float(COMMIT_SECONDS)

    def __init__(self, queries: KustoQueries, files: SpanFiles, limits: Limits = LIMITS) -> None:
        self._queries = queries
        self._files = files
        self._limits = limits

    def settled_until(self, scenario: Scenario, after: datetime) -> datetime | None:
        """Return the time just after the newest settled row, or after what one answer holds; None without any."""
        lag = max(scenario.batch.lag_seconds, COMMIT_SECONDS)
        parameters = {"from_time": bound_time(after), "lag_ms": bound_number(math.ceil(lag * 1000))}
        found = _measured(self._queries.ask(settled_text(stream_of(scenario)), parameters).single())
        if found is None and after == EPOCH:
            self._check_timed(scenario)
        if found is None:
            return None
        return self._nearer(scenario, after, found)

    def extract(self, scenario: Scenario, span: Span) -> Extract:
        """Return the rows ingested in the span as files of the lake; rows not stored yet are read and stored first."""
        files = self._files.files(scenario, span)
        if self.count(scenario, span) > sum(file.rows for file in files):
            files = self._files.add(scenario, span, files, self._tables(scenario, span))
        blobs = [file.blob for file in files]
        return Extract(
            inputs=tuple(f"{blob.path}@{blob.etag}" for blob in blobs),
            query=self._rows_text(scenario),
            parameters={"from_time": span.start.isoformat(), "to_time": span.end.isoformat()},
            rows=sum(file.rows for file in files),
            sha256=self._files.digest(blobs),
        )

    def count(self, scenario: Scenario, span: Span) -> int:
        """Return how many rows to predict the span has now."""
        return int(self._queries.ask(count_text(stream_of(scenario)), _bounds(span)).single()["row_count"])

    def _nearer(self, scenario: Scenario, after: datetime, found: Measured) -> datetime:
        """Return the end of the rows that one answer holds: at least the oldest row and all rows of its time."""
        while found.times(self._limits) > 1 and found.newest > found.oldest:
            share = min(0.8 / found.times(self._limits), 0.5)
            end = found.oldest + max(_TICK, (found.newest - found.oldest) * share)
            nearer = self._measure(scenario, Span(after, end))
            if nearer is None:
                break
            found = nearer
        return found.newest + _TICK

    def _check_timed(self, scenario: Scenario) -> None:
        """Raise Permanent when the table has rows without ingestion times: it would look empty for ever."""
        table = stream_of(scenario)
        if untimed := self._queries.ask(untimed_text(table), {}).single()["row_count"]:
            wanted = f".alter table {table} policy ingestiontime true"
            raise Permanent(
                f"Table {table} has {counted(untimed, 'row')} without an ingestion time and none with one ({wanted})."
            )

    def _measure(self, scenario: Scenario, span: Span) -> Measured | None:
        return _measured(self._queries.ask(measure_text(stream_of(scenario)), _bounds(span)).single())

    def _tables(self, scenario: Scenario, span: Span) -> Iterator[pa.Table]:
        """Yield the rows of the span in tables of one answer each, earlier rows first."""
        found = self._measure(scenario, span)
        if found is None:
            return
        needed = found.times(self._limits)
        if needed <= 1:
            try:
                whole = self._read(scenario, span)
            except TooLarge:
                needed = 2
            else:
                yield whole
                return
        if found.newest > found.oldest:
            middle = found.oldest + max(_TICK, (found.newest - found.oldest) / 2)
            yield from self._tables(scenario, Span(span.start, middle))
            yield from self._tables(scenario, Span(middle, span.end))
            return
        # All rows have one ingestion time: they are divided by content into shares of about equal size.
        parts = math.ceil(needed * 1.25)
        for part in range(parts):
            yield from self._shares(scenario, span, part, parts)

    def _shares(self, scenario: Scenario, span: Span, part: int, parts: int) -> Iterator[pa.Table]:
        """Yield the rows of a share; a share that is too large for the service is halved down to single messages."""
        try:
            whole = self._read(scenario, span, part, parts)
        except TooLarge:
            if parts > _MOST_PARTS:
                raise
        else:
            yield whole
            return
        # A hash that is `part` modulo `parts` is one of these two modulo twice as many.
        for half in (part, part + parts):
            yield from self._shares(scenario, span, half, parts * 2)

    def _read(self, scenario: Scenario, span: Span, part: int = 0, parts: int = 1) -> pa.Table:
        from shared.adapters.kusto.rows import read_rows

        share = {"part": bound_number(part), "parts": bound_number(parts)}
        answer = self._queries.ask(self._rows_text(scenario), {**_bounds(span), **share})
        return read_rows(answer, scenario.scoring_table.columns, scenario.time)

    def _rows_text(self, scenario: Scenario) -> str:
        return rows_text(stream_of(scenario), scenario.scoring_table.columns)


def _bounds(span: Span) -> dict[str, str]:
    return {"from_time": bound_time(span.start), "to_time": bound_time(span.end)}


def _measured(row: dict[str, Any]) -> Measured | None:
    """Return the measures, or None when there is no row."""
    from shared.adapters.kusto.rows import parse_time

    if not row["row_count"]:
        return None
    oldest, newest = parse_time(row["oldest"]), parse_time(row["newest"])
    return Measured(int(row["row_count"]), int(row["byte_count"]), oldest, newest)
