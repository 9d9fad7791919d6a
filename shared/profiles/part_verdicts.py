"""Whether the parts that a model learns from and is judged on look like the accepted baseline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.profiles import drift
from shared.profiles.column_warnings import ColumnComparison, ValidationWarning, column_warnings
from shared.profiles.profile import Baseline, Described, TableProfile
from shared.profiles.validation import compared_columns

PARTS = ("train", "test", "train_half", "test_half")
TABLE = "rows"
_NAMED = 5


@dataclass(frozen=True, slots=True)
class PartVerdict:
    """`as_baseline`, `differs` or `not_compared`, with the sentences of everything unusual."""

    part: str
    rows: int
    verdict: str
    reason: str
    warnings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The verdict as manifests and reports keep it."""
        facts = {"part": self.part, "rows": self.rows, "verdict": self.verdict, "reason": self.reason}
        return {**facts, "warnings": list(self.warnings)}


def part_verdict(scenario: Scenario, part: str, described: Described, baseline: Baseline | None) -> PartVerdict:
    """The verdict on a part, `described` against the rows of the baseline."""
    rows = described.profile.rows
    if baseline is None:
        return PartVerdict(part, rows, "not_compared", "There is no baseline.")
    if baseline.rows is None:
        reason = f"Baseline {baseline.number} was accepted by an earlier version; accept its dataset again."
        return PartVerdict(part, rows, "not_compared", reason)
    compared = list(_comparisons(scenario, described, baseline.rows))
    found = [warning for one in compared for warning in _warnings(one)]
    if not found:
        reason = f"As baseline {baseline.number} in {counted(len(compared), 'column')}."
        return PartVerdict(part, rows, "as_baseline", reason)
    return PartVerdict(part, rows, "differs", _told(baseline, found), tuple(one.sentence for one in found))


def _told(baseline: Baseline, found: list[ValidationWarning]) -> str:
    columns = list(dict.fromkeys(one.column for one in found))
    more = f" and {len(columns) - _NAMED} more" if len(columns) > _NAMED else ""
    named = f"{', '.join(columns[:_NAMED])}{more}"
    return f"Differs from baseline {baseline.number} in {counted(len(columns), 'column')}: {named}."


def _warnings(one: ColumnComparison) -> Iterator[ValidationWarning]:
    yield from column_warnings(one, drift.compare(one.current, one.baseline, one.counts, one.alpha))


def _comparisons(scenario: Scenario, described: Described, baseline: TableProfile) -> Iterator[ColumnComparison]:
    current, counts = described.profile.columns, described.baseline_counts
    left_out = {
        column.name
        for table in scenario.tables
        for column in table.columns
        if column.name not in compared_columns(scenario, table)
    }
    names = [name for name in current if name in baseline.columns and name not in left_out]
    alpha = drift.alpha_for(len(names))
    for name in names:
        yield ColumnComparison(
            TABLE, name, current[name], baseline.columns[name], counts.get(name), scenario.band, alpha
        )
