"""The ports of `prediction`: windows, prediction rows, corrections, telemetry."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO, Protocol

from shared.release.ports import ReleasePorts

if TYPE_CHECKING:
    from shared.core.scenario import Scenario
    from shared.datasets.rejects import Reject
    from shared.prediction.delta_table import DataFile, DeltaTable
    from shared.prediction.options.shard_settings import Sharding
    from shared.prediction.options.sql_rows import SqlRows
    from shared.prediction.revision import Correction, Revision
    from shared.prediction.shard import ShardWork
    from shared.prediction.telemetry_span import Extract, RecordedSpan, Span
    from shared.prediction.window import Commit, CommittedFile, Window, WindowState


class Windows(Protocol):
    """Which inputs belong to which window; an input belongs to one window only."""

    def claim(self, window: Window) -> Window:
        """Keep the window and its inputs in one transaction, with the next ordinal; Conflict when an input is claimed.

        The same id again returns the existing window and adds the inputs that it does not have.
        """
        ...

    def claimed(self, scenario: str, inputs: Collection[str]) -> frozenset[str]:
        """Those of the inputs ("path@etag") that belong to a window."""
        ...

    def find(self, scenario: str, window_id: str) -> Window | None:
        """The window, or None."""
        ...

    def below(self, scenario: str, folder: str) -> Mapping[str, str]:
        """The inputs ("path@etag") below a folder of the lake, each with the id of its window."""
        ...

    def close(
        self, scenario: str, window_id: str, state: WindowState, reason: str, read: Sequence[str] | None = None
    ) -> None:
        """Set the window's final state; inputs that are not among `read` are free for another window."""
        ...

    def list(self, scenario: str | None = None, state: str | None = None) -> Sequence[Window]:
        """Windows by ordinal."""
        ...


class Predictions(Protocol):
    """Prediction rows in SQL: all rows of a committed window, or none."""

    def prepare(self, scenario: Scenario) -> None:
        """Create the scenario's typed table and view when they are not there."""
        ...

    def load(
        self,
        scenario: Scenario,
        commit: Commit,
        parquet: BinaryIO | None,
        revision: Revision | None = None,
        rejects: Sequence[Reject] = (),
    ) -> bool:
        """One transaction: the commit row, every row of the file, the outbox notice; False when SQL has them already.

        `revision` says which version of which window it is; without one it is the first version of its own.
        Without a file the rows were loaded shard by shard. Corrupt when SQL has the window with another sha256.
        """
        ...

    def load_shard(self, scenario: Scenario, ordinal: int, shard: CommittedFile, ends: int, parquet: BinaryIO) -> bool:
        """One transaction: every row of a shard of window number `ordinal`; False when SQL has all of them.

        Reports see them once the window's commit is loaded. The shard's ids end before that of row `ends`.
        """
        ...

    def drop_rows(self, scenario: Scenario, before: datetime, most: int) -> int:
        """Take the rows of the oldest windows out of SQL that were scored before that time, of at most so many.

        Their commit rows stay; returns of how many windows the rows went.
        """
        ...

    def find_commit(self, scenario: str, window_id: str) -> Commit | None:
        """The commit row of a window, or None."""
        ...

    def commits(self, scenario: str | None = None) -> Sequence[Commit]:
        """All commit rows by ordinal."""
        ...


class Telemetry(Protocol):
    """A source of rows with an ingestion time."""

    @property
    def reads_files(self) -> bool:
        """Whether files that land in `scoring/` are its rows; otherwise nothing predicts such a file."""
        ...

    @property
    def commit_seconds(self) -> float:
        """How long after its ingestion a row may still be invisible, besides the scenario's own lag."""
        ...

    def settled_until(self, scenario: Scenario, after: datetime) -> datetime | None:
        """The end of the next span after `after` that is safe to read; None when there is no such span.

        A source that limits the size of an answer may give a nearer end; the next call goes on from there.
        """
        ...

    def extract(self, scenario: Scenario, span: Span) -> Extract:
        """The rows ingested in the span, as files of the lake; a span without rows gives an extract without inputs."""
        ...

    def count(self, scenario: Scenario, span: Span) -> int:
        """The current number of rows to predict in the span."""
        ...


class Spans(Protocol):
    """The durable watermark: spans that were read, each beginning where the one before ended."""

    def last(self, scenario: str) -> RecordedSpan | None:
        """The newest span; its end is the watermark. None before the first."""
        ...

    def record(self, recorded: RecordedSpan, window: Window | None) -> RecordedSpan:
        """Keep the span and claim its window in one transaction; returns the existing span when another was faster."""
        ...

    def list(self, scenario: str, limit: int = 200) -> Sequence[RecordedSpan]:
        """The newest spans, oldest of them first."""
        ...


class Restoration(Protocol):
    """Restores SQL from the lake after SQL was lost or damaged."""

    def is_intact(self, scenario: Scenario, commit: Commit, rows: int | None = None) -> bool:
        """Whether SQL has exactly this commit, its version, and so many rows of it; without a number all of them."""
        ...

    def restore(
        self,
        scenario: Scenario,
        commit: Commit,
        parquet: BinaryIO | None,
        *,
        revision: Revision,
        window: Window,
        correction: Correction | None,
        rejects: Sequence[Reject] = (),
    ) -> None:
        """Replace all that SQL has of the window by the rows of the committed file, in one transaction.

        Without a file the rows stay as they are: they were loaded shard by shard, or SQL holds none.
        The window and its correction stay where they exist and are written where they are lost; Conflict when
        another window has the number now.
        """
        ...


class Corrections(Protocol):
    """Windows that are scored again, each as a further version under its own name; nothing is overwritten.

    An input that belongs to no window yet belongs to the correction from then on.
    """

    def plan(self, correction: Correction) -> Correction:
        """Keep it as the next version of its base: a planned window with an ordinal and a name of its own.

        When the same work (base, model, inputs) is planned already, that correction is returned instead.
        """
        ...

    def find(self, scenario: str, window: str) -> Correction | None:
        """The correction under that window's name; None for a first version."""
        ...

    def list(self, scenario: str) -> Sequence[Correction]:
        """All corrections of a scenario, by base and number."""
        ...


class ActualsTable(Protocol):
    """The table of actuals beside a scenario's predictions."""

    def prepare(self, scenario: Scenario) -> None:
        """Create the scenario's table of actuals and its view when they are not there."""
        ...


class ScoringEngine(Protocol):
    """Scores the shards of large windows; each shard that is scored leaves its receipt in the lake."""

    def started(self, work: ShardWork) -> bool:
        """Whether this attempt was submitted; an engine that works only while it is called says no."""
        ...

    def alive(self, work: ShardWork) -> bool:
        """Whether the attempt still works."""
        ...

    def submit(self, work: ShardWork) -> None:
        """Start the attempt, unless it was started; an engine in this process scores what the call's time allows."""
        ...

    def cancel(self, work: ShardWork) -> None:
        """End the attempt; one that is missing or has ended is left as it is."""
        ...


class DeltaLog(Protocol):
    """The logs of Delta tables, which follow the lake: each change is one commit on the state that was read."""

    def replace(self, table: DeltaTable, value: str, files: Sequence[DataFile], transaction: str) -> bool:
        """One commit by which the partition of that value has exactly these files; False when it has them already.

        A missing table is made, and a column that was declared later is added; Conflict when one changed its kind.
        `transaction` names the change in the log.
        """
        ...

    def remove(self, table: DeltaTable, values: Collection[str], transaction: str) -> bool:
        """One commit by which these partitions have no file; False when none had. The files themselves stay."""
        ...

    def files(self, table: DeltaTable) -> Mapping[str, frozenset[str]]:
        """The paths in the lake of the files of each partition; empty without a table."""
        ...


@dataclass(frozen=True, slots=True)
class PredictionBundle:
    """The ports of batch predictions."""

    windows: Windows
    predictions: Predictions
    corrections: Corrections
    restoration: Restoration
    telemetry: Telemetry
    spans: Spans
    actuals: ActualsTable
    engine: ScoringEngine
    sharding: Sharding
    sql_rows: SqlRows
    delta: DeltaLog
    # Whether Delta tables follow at all.
    delta_follows: bool


class PredictionPorts(ReleasePorts, Protocol):
    """What a workflow of `prediction` takes: its own ports and those of the rooms below."""

    @property
    def prediction(self) -> PredictionBundle:
        """The ports of batch predictions."""
        ...
