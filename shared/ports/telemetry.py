"""Telemetry: a source that ingests rows all the time, read in windows of its own ingestion time.

What an adapter promises, so that no row is lost or scored twice:

* Time is *ingestion* time, given by the source, never the time inside a message and never this machine's clock.
* `settled` is an end that is safe: younger rows, and those within the scenario's lag allowance, are left for later.
* `extract` of the same span is repeatable: called again it names the same files while the source has the same rows.
  A source that is no lake stores what it read as canonical Parquet in the lake first and names that file.
* `count` costs little and writes nothing; it is how late rows are noticed.

`tests/contracts/test_telemetry_contract.py` says the same as tests; an adapter is one more entry there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from shared.domain.records import Window
from shared.domain.scenario import Scenario
from shared.domain.telemetry import Extract, Recorded, Span


class Telemetry(Protocol):
    """A source of rows with an ingestion time. `reads_files` says whether rows are files that land in `scoring/`."""

    @property
    def reads_files(self) -> bool:
        """True where a file that lands for scoring is telemetry; elsewhere nothing predicts it."""
        ...

    def settled(self, scenario: Scenario, after: datetime) -> datetime | None:
        """The end, later than `after`, of the next span that may be read; None when nothing has settled since.

        A source with limits on an answer's size may name a nearer end; it is asked again from there.
        """
        ...

    def extract(self, scenario: Scenario, span: Span) -> Extract:
        """What was ingested in the span, as files of the lake. No rows is a normal result with no inputs."""
        ...

    def count(self, scenario: Scenario, span: Span) -> int:
        """How many rows to predict the span has now."""
        ...


class Spans(Protocol):
    """The durable watermark: spans that were read, each beginning where the one before ended."""

    def last(self, scenario: str) -> Recorded | None:
        """The newest span; its end is the watermark. None before the first."""
        ...

    def record(self, recorded: Recorded, window: Window | None) -> Recorded:
        """Keep the span and claim its window in one transaction; the span that stands when somebody was faster."""
        ...

    def list(self, scenario: str, limit: int = 200) -> Sequence[Recorded]:
        """The newest spans, oldest of them first."""
        ...
