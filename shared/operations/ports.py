"""The ports of `operations`: lineage, counts and rows for people, and doing work again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from shared.monitoring.ports import MonitoringPorts

if TYPE_CHECKING:
    from shared.core.ledger import Entry
    from shared.core.scenario import Scenario
    from shared.operations.replay_items import DeadLetter
    from shared.prediction.revision import ScoredWindow
    from shared.prediction.window import Commit


@dataclass(frozen=True, slots=True)
class RowChoice:
    """Which prediction rows: of one window, one answer, one entity; those with smaller ids than `before`, newest first.

    What is empty chooses nothing. `columns` are names of the prediction table; none means all.
    """

    window: str = ""
    prediction: str = ""
    entity: str = ""
    before: int | None = None
    limit: int = 50
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """How often a window got an answer and how sure it was; of numbers `answer` is empty and `mean` their mean."""

    window: str
    answer: str
    rows: int
    mean: float | None


@dataclass(frozen=True, slots=True)
class Version:
    """Which version of which window a committed window is: 1 for the first, then corrections.

    `superseded`: a later version of it stands.
    """

    window: str
    base: str
    number: int
    superseded: bool


class Totals(Protocol):
    """Counts that the state answers from its keys, however many predictions there are."""

    def totals(self, scenarios: Collection[str]) -> Mapping[str, Mapping[str, int]]:
        """Per scenario: files, datasets, runs, models, windows, open windows, predictions, failed rows.

        Of a window that was corrected the newest version counts.
        """
        ...

    def standing(self, states: Collection[str], limit: int) -> Sequence[Entry]:
        """Entries of the ledger that are in one of these states now, newest first."""
        ...


class PredictionRows(Protocol):
    """Reading prediction rows for people. A question costs what it shows, not what there is."""

    def recent(self, scenario: str, limit: int) -> Sequence[Commit]:
        """The newest commits, newest first."""
        ...

    def versions(self, scenario: str, commits: Sequence[Commit]) -> Sequence[Version]:
        """Which version each commit is, in the order given."""
        ...

    def answers(self, scenario: Scenario, commits: Sequence[Commit]) -> Sequence[Answered]:
        """Rows per window and answer. A committed window never changes: what was counted once is remembered."""
        ...

    def page(self, scenario: Scenario, choice: RowChoice) -> Sequence[Mapping[str, Any]]:
        """Rows by falling id; Missing when the window is not committed, BadInput for an unknown column."""
        ...


class Lineage(Protocol):
    """Questions about single rows and windows, each answered by key, however many predictions there are."""

    def prediction(self, scenario: Scenario, prediction_id: int) -> Mapping[str, Any] | None:
        """The row with its column names, whichever version of its window it belongs to; None when there is none."""
        ...

    def window(self, scenario: Scenario, ordinal: int) -> ScoredWindow | None:
        """The committed window of that number, or None."""
        ...

    def scored(
        self, scenario: Scenario, *, models: Sequence[str] = (), path: str = "", etag: str = ""
    ) -> list[ScoredWindow]:
        """Windows scored by one of these models or made of that blob (of one version of it with `etag`), by number."""
        ...

    def entries(self, keys: Sequence[tuple[str, str]]) -> list[Entry]:
        """The ledger's entries of those (kind, key) that have one, in the given order."""
        ...


class DeadLetters(Protocol):
    """Events that could not be delivered, as files."""

    def list(self) -> Iterator[DeadLetter]:
        """All of them, in the order of their names."""
        ...

    def find(self, letter_id: str) -> DeadLetter | None:
        """The one of that id, or None."""
        ...


class Reopening(Protocol):
    """Ledger entries that ended and may be claimed again."""

    def ended(self, states: Collection[str]) -> Sequence[Entry]:
        """Current entries in those states, oldest first."""
        ...

    def reopen(self, kind: str, key: str, reason: str) -> bool:
        """Make an ended entry claimable, with a line in the journal; False when it is not ended (any more)."""
        ...


@dataclass(frozen=True, slots=True)
class OperationsBundle:
    """The ports of operating."""

    lineage: Lineage
    prediction_rows: PredictionRows
    totals: Totals
    reopening: Reopening
    dead_letters: DeadLetters


class OperationsPorts(MonitoringPorts, Protocol):
    """What a workflow of `operations` takes: its own ports and those of the rooms below."""

    @property
    def operations(self) -> OperationsBundle:
        """The ports of operating."""
        ...
