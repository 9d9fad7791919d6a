"""Rows that break their contract and are set aside, so that the rest of their file is used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.core.errors import Quarantined
from shared.core.policies import BadRows
from shared.core.scenario import Scenario
from shared.core.wording import counted

# More are not kept in memory.
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was set aside: where it stands, and why.

    `reason` is the sentence of the refusal and `private` the same without the value; `cells` is the row as JSON.
    """

    file: str
    row: int
    line: int | None
    column: str
    code: str
    reason: str
    private: str
    cells: str


@dataclass(slots=True)
class Rejects:
    """The rows of one reading that were set aside, and of how many; Quarantined where they are too many."""

    policy: BadRows
    found: list[Reject] = field(default_factory=list)
    read: int = 0

    def add(self, rejects: list[Reject], rows: int) -> None:
        """So many rows were read, and these of them do not fit."""
        self.found += rejects
        self.read += rows
        if len(self.found) > _MOST:
            raise self._refusal("", len(self.found), _MOST)

    def check(self, table: str, failed: int = 0) -> None:
        """Quarantined when more rows were set aside than the scenario allows, or all of them.

        `failed` rows kept the contract and could not be scored: they count alike.
        """
        count, most = len(self.found) + failed, self.policy.most(self.read)
        if count > most or (self.found and len(self.found) == self.read):
            raise self._refusal(table, count, most)

    def _refusal(self, table: str, count: int, most: int) -> Quarantined:
        limit = f"at most {most} of them, and not all" if most else "none"
        told = (
            f"{count} of {counted(self.read, 'row breaks', 'rows break')} "
            f"the contract or cannot be scored; accepted: {limit}."
        )
        if not self.found:
            return Quarantined("bad_rows", told, table=table)
        first = self.found[0]
        return Quarantined(
            "bad_rows",
            f"{told} The first: {first.reason}",
            table=table,
            column=first.column,
            row=first.row,
            line=first.line,
            private=f"{told} The first: {first.private}",
        )

    @property
    def counts(self) -> dict[str, int]:
        """How many rows were set aside for each code."""
        return dict(Counter(one.code for one in self.found))


def check_failed(scenario: Scenario, window: str, failed: int, numbers: Sequence[int]) -> None:
    """Quarantined when more rows of a window kept the contract and could not be scored than are tolerated.

    `numbers` begins with the row that the sentence names.
    """
    policy = scenario.tolerated
    # What a share of all rows is, is known at the end.
    if failed <= policy.rows or policy.share:
        return
    row = numbers[0]
    sentence = (
        f"Window {window}: row {row} holds a null where none is allowed or a number beyond float32; "
        f"{counted(failed, 'row')} failed so far and {scenario.name} tolerates {policy.rows}."
    )
    raise Quarantined("failed_rows", sentence, table=scenario.batch.table, row=row)
