"""Which defect explains a changed column: schema, unit, stuck sensor, missing cells, lost rows or a repeated load.

Only what no defect explains is drift. A model may learn from drift, never from a defect.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from shared.core.breach import Cause
from shared.core.policies import Monitoring
from shared.core.wording import counted
from shared.monitoring.units import unit_change
from shared.profiles.column_warnings import ColumnComparison, column_warnings
from shared.profiles.drift import ColumnDrift, is_category
from shared.profiles.profile import BinCounts, ColumnProfile
from shared.profiles.row_facts import Run

# A column with fewer distinct values than this repeats them by nature.
_CONTINUOUS = 10
# Codes of a refused file with a cause of their own; every other code is a change of the schema.
_REFUSALS: Mapping[str, Cause] = {
    "all_null": Cause.NULL_SURGE,
    "mostly_missing": Cause.NULL_SURGE,
    "too_few_rows": Cause.VOLUME_DROP,
    "duplicate_key": Cause.DUPLICATE_LOAD,
    "unit_change": Cause.UNIT_CHANGE,
    "stuck_sensor": Cause.STUCK_SENSOR,
    "constant_feature": Cause.STUCK_SENSOR,
    "constant_features": Cause.STUCK_SENSOR,
}


@dataclass(frozen=True, slots=True)
class DataIssue:
    """A problem of the data: its cause, its table and column, and a sentence that describes it."""

    cause: Cause
    table: str
    column: str
    sentence: str


def judge_column(
    column: ColumnComparison, drift: ColumnDrift, runs: tuple[Run | None, Run | None], policy: Monitoring
) -> DataIssue | None:
    """The first cause that explains the change of the column, defects before drift; None when it has not changed.

    `runs` are the longest repeats of one value, now and in the reference.
    """
    for warning in column_warnings(column, drift):
        if warning.code in _BY_WARNING:
            return DataIssue(_BY_WARNING[warning.code], column.table, column.name, warning.sentence)
    repeats = stuck(column.current, *runs, policy)
    if repeats:
        return DataIssue(Cause.STUCK_SENSOR, column.table, column.name, f"{column.where}: {repeats}")
    if not drift.drifted:
        return None
    coding = renamed(column.current, column.baseline, column.counts)
    if coding:
        return DataIssue(Cause.SCHEMA_CHANGE, column.table, column.name, f"{column.where}: {coding}")
    units = unit_change(column.current, column.baseline)
    if units:
        sentence = (
            f"The unit of column {column.name!r} in table {column.table!r} has changed: the values look like {units}."
        )
        return DataIssue(Cause.UNIT_CHANGE, column.table, column.name, sentence)
    return DataIssue(Cause.POPULATION_DRIFT, column.table, column.name, drift_sentence(column.where, drift))


_BY_WARNING: Mapping[str, Cause] = {"kind_changed": Cause.SCHEMA_CHANGE, "null_share": Cause.NULL_SURGE}


def drift_sentence(where: str, drift: ColumnDrift) -> str:
    """The distance that is furthest beyond its critical value, in words."""
    largest = drift.largest
    if largest is None:
        return f"{where} cannot be compared: {drift.reason}."
    name = largest.name.replace("_", " ")
    return f"{where} has drifted: {name} is {largest.value:.3f}, beyond {largest.critical:.3f}."


def stuck(current: ColumnProfile, now: Run | None, before: Run | None, policy: Monitoring) -> str:
    """Says that one value repeats far longer than any did in the reference; empty when none does."""
    if now is None or before is None or not current.count:
        return ""
    least = max(policy.stuck_factor * before.length, policy.stuck_rows)
    if before.distinct < _CONTINUOUS or now.length < least:
        return ""
    return (
        f"one value, {now.value:g}, repeats for {now.length} rows from row {now.row} on; "
        f"in the reference no value repeats for more than {before.length}. The sensor looks stuck."
    )


def renamed(current: ColumnProfile, reference: ColumnProfile, counts: BinCounts | None) -> str:
    """Says that the reference has none of the texts: another spelling of the values, not other values."""
    if reference.kind != "text" or counts is None or reference.histogram is None or not current.count:
        return ""
    if not is_category(reference) or counts.counts[-1] < current.count:
        return ""
    shown = ", ".join(f"{value[:40]!r}" for value, _ in (counts.new or ())[:3])
    return f"no value is among those of the reference (now {shown}). The coding has changed."


def columns_differ(table: str, now: Sequence[str], then: Sequence[str]) -> Iterator[DataIssue]:
    """An issue for every column that is gone."""
    for name in sorted(set(then) - set(now)):
        yield DataIssue(Cause.SCHEMA_CHANGE, table, name, f"Column {name!r} of table {table!r} is missing.")


def volume(rows: int, before: Sequence[int], policy: Monitoring) -> str:
    """Says that a window has far fewer rows than usual; empty with fewer than four windows to compare with."""
    if len(before) < 4:  # noqa: PLR2004 -- too few to say what is usual
        return ""
    usual = median(before)
    if rows >= policy.volume_floor * usual:
        return ""
    least = f"at least {policy.volume_floor:.0%} of that"
    return f"The window has {counted(rows, 'row')}; {usual:g} are usual, and {least} is expected."


def overlap(now: Sequence[int], before: Sequence[int]) -> float:
    """The share of the rows of `now` that `before` holds too, estimated from their smallest hashes (ascending)."""
    if not now or not before:
        return 0.0
    # Beyond the smaller of the two largest hashes one of the sketches is cut off.
    end = min(now[-1], before[-1]) if min(len(now), len(before)) > 1 else now[-1]
    known, comparable = set(before), [row for row in now if row <= end]
    return sum(row in known for row in comparable) / len(comparable) if comparable else 0.0


def cause_of_refusal(code: str) -> Cause:
    """The cause behind the code of a quarantine."""
    return _REFUSALS.get(code, Cause.SCHEMA_CHANGE)
