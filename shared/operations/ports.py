"""The ports of `operations`: lineage, counts and rows for people, dead letters, and reopening ended work."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from shared.monitoring.ports import MonitoringPorts

if TYPE_CHECKING:
    from shared.core.ledger import Entry
    from shared.core.scenario import Scenario
    from shared.datasets.version import DatasetTable, Part
    from shared.operations.replay_items import DeadLetter
    from shared.prediction.revision import ScoredWindow
    from shared.prediction.window import Commit


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which prediction rows: of one window, one answer, one entity; those with smaller ids than `before`, newest first.

    An empty field does not filter. `columns` are names of the prediction table; none means all.
    """

    window: str = ""
    prediction: str = ""
    entity: str = ""
    before: int | None = None
    limit: int = 50
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerCount:
    """How many rows of a window got an answer, and the mean probability of it.

    Of numbers `answer` is empty and `mean` is their mean.
    """

    window: str
    answer: str
    rows: int
    mean: float | None


@dataclass(frozen=True, slots=True)
class WindowVersion:
    """Which version of which window a committed window is: 1 for the first, then corrections.

    `superseded`: there is a later version. `source` is the path of its first file, empty where none was pinned.
    """

    window: str
    base: str
    number: int
    superseded: bool
    source: str = ""


class Totals(Protocol):
    """Counts from the keys of the state, at the same cost however many predictions there are."""

    def totals(self, scenarios: Collection[str]) -> Mapping[str, Mapping[str, int]]:
        """Per scenario: files, datasets, runs, models, windows, open windows, predictions, failed rows.

        Of a window that was corrected the newest version counts.
        """
        ...

    def in_states(self, states: Collection[str], limit: int) -> Sequence[Entry]:
        """Entries of the ledger that are in one of these states now, newest first."""
        ...


class PredictionRows(Protocol):
    """Reading prediction rows for people. A query costs as much as it shows, however many rows there are."""

    def recent(self, scenario: str, limit: int) -> Sequence[Commit]:
        """The newest commits, newest first."""
        ...

    def versions(self, scenario: str, commits: Sequence[Commit]) -> Sequence[WindowVersion]:
        """Which version each commit is, in the order given."""
        ...

    def answers(self, scenario: Scenario, commits: Sequence[Commit]) -> Sequence[AnswerCount]:
        """Rows per window and answer. A committed window never changes, so its counts are cached."""
        ...

    def page(self, scenario: Scenario, row_filter: RowFilter) -> Sequence[Mapping[str, Any]]:
        """Rows by falling id; Missing when the window is not committed, BadInput for an unknown column."""
        ...


class Lineage(Protocol):
    """Single rows and windows, each read by key, however many predictions there are."""

    def prediction(self, scenario: Scenario, prediction_id: int) -> Mapping[str, Any] | None:
        """The row with its column names, whichever version of its window it belongs to; None when there is none."""
        ...

    def window(self, scenario: Scenario, ordinal: int) -> ScoredWindow | None:
        """The committed window of that number, or None."""
        ...

    def scored(
        self, scenario: Scenario, *, models: Sequence[str] = (), path: str = "", etag: str = "", most: int | None = None
    ) -> list[ScoredWindow]:
        """Windows scored by one of these models or made of that blob (of one version of it with `etag`), by number.

        With `most` the first of them.
        """
        ...

    def scored_totals(self, scenario: Scenario, models: Sequence[str]) -> tuple[int, int]:
        """How many windows these models scored, and how many rows those have."""
        ...

    def entries(self, keys: Sequence[tuple[str, str]]) -> list[Entry]:
        """The ledger entries of those (kind, key), in the given order; a key without an entry is left out."""
        ...


class DeadLetters(Protocol):
    """Events that could not be delivered, as files."""

    def list(self) -> Iterator[DeadLetter]:
        """All of them, in the order of their names."""
        ...

    def find(self, letter_id: str) -> DeadLetter | None:
        """The dead letter of that id, or None."""
        ...


class Reopening(Protocol):
    """Ended ledger entries that can be made claimable again."""

    def ended(self, states: Collection[str]) -> Sequence[Entry]:
        """Current entries in those states, oldest first."""
        ...

    def reopen(self, kind: str, key: str, reason: str) -> bool:
        """Make an ended entry claimable, with a line in the journal; False when it is not ended (any more)."""
        ...


@dataclass(frozen=True, slots=True)
class WaitingMessages:
    """About how many messages a queue holds, taken ones included, and when the oldest that waits came, in UTC."""

    queue: str
    messages: int
    oldest: datetime | None


class Backlog(Protocol):
    """Messages that wait in the queues of the app."""

    def waiting(self) -> Sequence[WaitingMessages]:
        """Each queue and its poison queue; nothing where the host tells of its queues itself.

        Transient when the service does not answer, Permanent when it refuses the identity.
        """
        ...


class Expiry(Protocol):
    """Removes from SQL what has had its time; what is gone already changes nothing."""

    def windows(self, scenario: Scenario, windows: Sequence[str]) -> None:
        """Remove each window in a transaction of its own: rows, commit, version, inputs, measures."""
        ...

    def datasets(self, scenario: str, datasets: Sequence[str]) -> None:
        """Remove these versions, and the parts that no version and no head names any more."""
        ...

    def rows(
        self, scenario: Scenario, *, served: datetime | None, actuals: datetime | None, dry_run: bool
    ) -> Mapping[str, int]:
        """Remove labels, counts and readings of requests from before `served`, and labels replaced before `actuals`.

        Returns the number of rows by table; None keeps them all. With `dry_run` nothing is removed.
        """
        ...

    def lines(self, before: datetime, *, dry_run: bool) -> Mapping[str, int]:
        """Remove older lines of the journal; the current state of every key stays, but of events that led to nothing.

        Returns the number of rows by table. With `dry_run` nothing is removed.
        """
        ...


class Erasure(Protocol):
    """Takes a person out of SQL; every call may be repeated."""

    def parts(
        self,
        scenario: str,
        renamed: Mapping[str, Part],
        versions: Mapping[str, Sequence[DatasetTable]],
        head: Sequence[DatasetTable],
    ) -> None:
        """In one transaction: parts get new paths, digests and counts (by old path), versions and head new counts.

        The head's generation changes: who has seen the old parts looks again.
        """
        ...

    def rows(
        self,
        scenario: Scenario,
        key: str,
        *,
        partial: bool,
        requests: Sequence[tuple[str, int]],
        predictions: Sequence[int],
    ) -> int:
        """Remove predictions, labels and readings of that entity key, and labels of these requests and predictions.

        With `partial` also of longer keys that begin with it. Returns the number of rows.
        """
        ...

    def texts(self, texts: Collection[str], numbers: Collection[float], erased: Callable[[Any], Any]) -> int:
        """Pass each cell of the state that holds one of these through `erased`; returns the number of cells."""
        ...

    def compact(self) -> None:
        """Let the database forget what was removed, as far as it can be told to."""
        ...


class Remnants(Protocol):
    """What a machine keeps beside lake and database: its log files, and the working folders of runs."""

    def remove_runs(self, runs: Sequence[str]) -> int:
        """Remove the files of these runs' steps; returns of how many runs there were any."""
        ...

    def overwrite(self, texts: Collection[str]) -> int:
        """Overwrite each of the texts in the log files where it stands; returns how often there was one."""
        ...


@dataclass(frozen=True, slots=True)
class OperationsBundle:
    """The ports of operating."""

    lineage: Lineage
    prediction_rows: PredictionRows
    totals: Totals
    reopening: Reopening
    dead_letters: DeadLetters
    expiry: Expiry
    erasure: Erasure
    remnants: Remnants
    backlog: Backlog


class OperationsPorts(MonitoringPorts, Protocol):
    """What a workflow of `operations` takes: its own ports and those of the rooms below."""

    @property
    def operations(self) -> OperationsBundle:
        """The ports of operating."""
        ...
