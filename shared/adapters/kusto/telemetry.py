"""Telemetry in Azure Data Explorer: windows of `ingestion_time()` become Parquet files in the lake.

Which rows have settled says the cluster's own clock. An answer stays below the service's limits: a window ends where it
would grow larger, a span that grew larger since is read in parts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.adapters.kusto.client import KustoQueries
from shared.adapters.kusto.faults import TooLarge
from shared.adapters.kusto.kept import KeptRows
from shared.adapters.kusto.texts import (
    bound_number,
    bound_time,
    count_text,
    measure_text,
    rows_text,
    settled_text,
    stream_of,
    untimed_text,
)
from shared.core.errors import Permanent
from shared.core.scenario import Scenario
from shared.prediction.telemetry_span import EPOCH, Extract, Span

if TYPE_CHECKING:
    import pyarrow as pa

_TICK = timedelta(microseconds=1)
# A row is told its ingestion time just before it is committed: younger ones may still be invisible.
COMMIT_SECONDS = 60
# In more shares than that a batch is not read: single messages are too large then.
_MOST_PARTS = 1 << 12


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one answer is asked to hold; the service refuses more than 500 000 rows or 64 MB."""

    rows: int = 100_000
    bytes: int = 32 << 20


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Measured:
    """How many rows there are, their size, and when the first and the last were ingested, cut to microseconds."""

    rows: int
    bytes: int
    oldest: datetime
    newest: datetime

    def times(self, limits: Limits) -> float:
        """How often the limits are needed to hold it; at most 1 when it fits."""
        return max(self.rows / limits.rows, self.bytes / limits.bytes)


class KustoTelemetry:
    """Port `Telemetry` on one database."""

    reads_files = False

    def __init__(self, queries: KustoQueries, kept: KeptRows, limits: Limits = LIMITS) -> None:
        self._queries = queries
        self._kept = kept
        self._limits = limits

    def settled_until(self, scenario: Scenario, after: datetime) -> datetime | None:
        """Just after the newest row that has settled, or as far as one answer holds; None when nothing has."""
        lag = max(scenario.batch.lag_seconds, COMMIT_SECONDS)
        parameters = {"from_time": bound_time(after), "lag_ms": bound_number(math.ceil(lag * 1000))}
        found = _measured(self._queries.ask(settled_text(stream_of(scenario)), parameters).single())
        if found is None and after == EPOCH:
            self._check_timed(scenario)
        if found is None:
            return None
        return self._nearer(scenario, after, found)

    def extract(self, scenario: Scenario, span: Span) -> Extract:
        """What was ingested in the span, as files of the lake; rows that are not kept yet are read and kept first."""
        files = self._kept.files(scenario, span)
        if self.count(scenario, span) > sum(kept.rows for kept in files):
            files = self._kept.add(scenario, span, files, self._tables(scenario, span))
        blobs = [kept.blob for kept in files]
        return Extract(
            inputs=tuple(f"{blob.path}@{blob.etag}" for blob in blobs),
            query=self._rows_text(scenario),
            parameters={"from_time": span.start.isoformat(), "to_time": span.end.isoformat()},
            rows=sum(kept.rows for kept in files),
            sha256=self._kept.digest(blobs),
        )

    def count(self, scenario: Scenario, span: Span) -> int:
        """How many rows to predict the span has now."""
        return int(self._queries.ask(count_text(stream_of(scenario)), _bounds(span)).single()["row_count"])

    def _nearer(self, scenario: Scenario, after: datetime, found: Measured) -> datetime:
        """The end of what one answer holds, at least the oldest row and all that came with it."""
        while found.times(self._limits) > 1 and found.newest > found.oldest:
            share = min(0.8 / found.times(self._limits), 0.5)
            end = found.oldest + max(_TICK, (found.newest - found.oldest) * share)
            nearer = self._measure(scenario, Span(after, end))
            if nearer is None:
                break
            found = nearer
        return found.newest + _TICK

    def _check_timed(self, scenario: Scenario) -> None:
        """Permanent when the table has rows and no ingestion times: it would look empty for ever."""
        table = stream_of(scenario)
        if untimed := self._queries.ask(untimed_text(table), {}).single()["row_count"]:
            wanted = f".alter table {table} policy ingestiontime true"
            raise Permanent(
                f"Table {table} has {untimed} row(s) without an ingestion time and none with one ({wanted})."
            )

    def _measure(self, scenario: Scenario, span: Span) -> Measured | None:
        return _measured(self._queries.ask(measure_text(stream_of(scenario)), _bounds(span)).single())

    def _tables(self, scenario: Scenario, span: Span) -> Iterator[pa.Table]:
        """The rows of the span in tables that one answer holds each, earlier ones first."""
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
        # All of it was ingested at once: shares of about equal size, by content.
        parts = math.ceil(needed * 1.25)
        for part in range(parts):
            yield from self._shares(scenario, span, part, parts)

    def _shares(self, scenario: Scenario, span: Span, part: int, parts: int) -> Iterator[pa.Table]:
        """The share's rows; in halves, as long as halves can be made, where the service finds it too large."""
        try:
            whole = self._read(scenario, span, part, parts)
        except TooLarge:
            if parts > _MOST_PARTS:
                raise
        else:
            yield whole
            return
        # What leaves `part` when divided by `parts` leaves one of these two when divided by twice as much.
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


def _measured(told: dict[str, Any]) -> Measured | None:
    """None when there is no row."""
    from shared.adapters.kusto.rows import parse_time

    if not told["row_count"]:
        return None
    oldest, newest = parse_time(told["oldest"]), parse_time(told["newest"])
    return Measured(int(told["row_count"]), int(told["byte_count"]), oldest, newest)
