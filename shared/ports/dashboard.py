"""What only people look at: counts over everything, and prediction rows a page at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shared.domain.records import Commit, Entry
from shared.domain.scenario import Scenario


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
