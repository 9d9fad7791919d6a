"""The ports of `prediction`: windows, prediction rows, corrections, telemetry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO, Protocol

from shared.release.ports import ReleasePorts

if TYPE_CHECKING:
    from shared.core.scenario import Scenario
    from shared.prediction.revision import Correction, Revision
    from shared.prediction.telemetry_span import Extract, Recorded, Span
    from shared.prediction.window import Commit, Window


class Windows(Protocol):
    """Which inputs belong to which window. An input belongs to one window, whoever plans."""

    def claim(self, window: Window) -> Window:
        """Keep the window and its inputs in one transaction, with the next ordinal; Conflict when an input is taken.

        The same id again returns the window that stands and adds the inputs it does not have yet.
        """
        ...

    def taken(self, scenario: str) -> frozenset[str]:
        """Every input ("path@etag") that belongs to a window already."""
        ...

    def close(self, scenario: str, window_id: str, state: str, reason: str) -> None:
        """Set the window's final state."""
        ...

    def list(self, scenario: str | None = None, state: str | None = None) -> Sequence[Window]:
        """Windows by ordinal."""
        ...


class Predictions(Protocol):
    """Prediction rows in SQL: all rows of a committed window, or none."""

    def prepare(self, scenario: Scenario) -> None:
        """Create the scenario's typed table and view when they are not there."""
        ...

    def load(self, scenario: Scenario, commit: Commit, parquet: BinaryIO, revision: Revision | None = None) -> bool:
        """One transaction: the commit row, every row of the file, the outbox notice. False when it was there already.

        `revision` says which version of which window it is; without one it is the first of its own.
        Corrupt when the window stands there with another sha256.
        """
        ...

    def committed(self, scenario: str, window_id: str) -> Commit | None:
        """The commit row, or None."""
        ...

    def commits(self, scenario: str | None = None) -> Sequence[Commit]:
        """All commit rows by ordinal."""
        ...


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


class Restoring(Protocol):
    """SQL follows the lake, also after SQL was lost or damaged."""

    def intact(self, scenario: Scenario, commit: Commit) -> bool:
        """Whether SQL has this very commit, its version, and as many rows as it says."""
        ...

    def restore(
        self,
        scenario: Scenario,
        commit: Commit,
        parquet: BinaryIO,
        *,
        revision: Revision,
        window: Window,
        correction: Correction | None,
    ) -> None:
        """One transaction: what SQL has of the window goes, and all of it comes from the committed file.

        The window and its correction are kept where they stand and written where they are lost; Conflict when
        another window has taken the number since.
        """
        ...


class Corrections(Protocol):
    """Windows that are scored again, each as a further version under its own name; nothing is overwritten."""

    def plan(self, correction: Correction) -> Correction:
        """Keep it as the next version of its base, as a planned window with an ordinal and a name of its own.

        A planned one that is the same work (base, model, inputs) is returned instead of a second one.
        """
        ...

    def find(self, scenario: str, window: str) -> Correction | None:
        """The correction that window is, or None for a first version."""
        ...

    def list(self, scenario: str) -> Sequence[Correction]:
        """All corrections of a scenario, by base and number."""
        ...


class ActualsTable(Protocol):
    """The table of actuals that stands beside a scenario's predictions."""

    def prepare(self, scenario: Scenario) -> None:
        """Create the scenario's table of actuals and its view when they are not there."""
        ...


@dataclass(frozen=True, slots=True)
class PredictionBundle:
    """The ports of batch predictions."""

    windows: Windows
    predictions: Predictions
    corrections: Corrections
    restoring: Restoring
    telemetry: Telemetry
    spans: Spans
    actuals: ActualsTable


class PredictionPorts(ReleasePorts, Protocol):
    """What a workflow of `prediction` takes: its own ports and those of the rooms below."""

    @property
    def prediction(self) -> PredictionBundle:
        """The ports of batch predictions."""
        ...
