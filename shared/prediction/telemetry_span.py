"""Windows over a stream of rows: half-open spans of ingestion time, and what was read for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

# Where the first window of a scenario begins: before everything.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """Everything that was ingested from `start` on and before `end`; two spans that meet share no row."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Extract:
    """What a source gave for a span: files in the lake ("path@etag"), how they were asked for, and what they hold.

    `rows` counts the rows to predict, `sha256` is over their content: the same rows give the same hash.
    """

    inputs: tuple[str, ...]
    query: str
    parameters: Mapping[str, str]
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A span that was read, durable before its window is scored; `window` is empty when nothing was to be predicted."""

    scenario: str
    span: Span
    window: str
    query: str
    parameters: Mapping[str, str]
    rows: int
    sha256: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Late:
    """Rows that came into a span after it was read."""

    recorded: Recorded
    rows: int
