"""Spans of ingestion time, half-open, and the rows that were read for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

# The start of a scenario's first window: before every row.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """The rows ingested at `start` or later and before `end`; adjacent spans share no row."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Extract:
    """The answer of a source for a span: files in the lake ("path@etag"), the query with its parameters, and counts.

    `rows` counts the rows to predict, `sha256` is over their content: the same rows give the same hash.
    """

    inputs: tuple[str, ...]
    query: str
    parameters: Mapping[str, str]
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class RecordedSpan:
    """A span that was read, kept before its window is scored; `window` is empty when it has no row to predict."""

    scenario: str
    span: Span
    window: str
    query: str
    parameters: Mapping[str, str]
    rows: int
    sha256: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LateRows:
    """How many rows arrived in a span after it was read."""

    recorded: RecordedSpan
    rows: int
