"""What a breach looks like: data that is wrong (schema, unit, stuck, missing, too little, twice) or a changed world.

Only what no defect explains is drift. A model may learn from drift, never from a defect.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from shared.core.breach import Cause
from shared.core.policies import Monitoring
from shared.profiles.drift import ColumnDrift
from shared.profiles.profile import Run
from shared.profiles.validation import Judged, column_warnings

# A column with fewer values than this says nothing about its unit, and repeats them by its nature.
_CONTINUOUS = 10
# How far, as a share of the column's spread, its quantiles may lie from those of the other unit.
_FIT = 0.05
_NEAR = 0.03
_ANY_FACTOR = 3.0
_QUANTILES = ("1", "5", "25", "50", "75", "95", "99")
_FACTORS = (
    *(10.0**power for power in range(1, 10)),
    60.0,
    3_600.0,
    86_400.0,
    2.54,
    25.4,
    3.280_84,
    1.609_344,
    2.204_62,
    6.894_76,
    4.448_22,
    180 / math.pi,
)
# (factor, offset, what it is)
_AFFINE = (
    (1.8, 32.0, "degrees Celsius as Fahrenheit"),
    (1 / 1.8, -32 / 1.8, "degrees Fahrenheit as Celsius"),
    (1.0, 273.15, "degrees Celsius as Kelvin"),
    (1.0, -273.15, "Kelvin as degrees Celsius"),
)
# Refusals of a file that say more than that its columns or values differ from the contract.
_REFUSALS: Mapping[str, Cause] = {
    "all_null": "null_surge",
    "mostly_missing": "null_surge",
    "too_few_rows": "volume_drop",
    "duplicate_key": "duplicate_load",
    "unit_change": "unit_change",
    "stuck_sensor": "stuck_sensor",
    "constant_feature": "stuck_sensor",
    "constant_features": "stuck_sensor",
}


@dataclass(frozen=True, slots=True)
class Suspect:
    """A cause, where it shows, and the sentence that tells it."""

    cause: Cause
    table: str
    column: str
    sentence: str


def judge_column(
    one: Judged, found: ColumnDrift, runs: tuple[Run | None, Run | None], policy: Monitoring
) -> Suspect | None:
    """The first cause that explains the column, in the order defect before drift; None when it is as it was.

    `runs` are the longest repeats of one value now and in the reference.
    """
    for warning in column_warnings(one, found):
        if warning.code in _BY_WARNING:
            return Suspect(_BY_WARNING[warning.code], one.table, one.name, warning.sentence)
    told = stuck(one.current, *runs, policy)
    if told:
        return Suspect("stuck_sensor", one.table, one.name, f"{one.where}: {told}")
    if not found.drifted:
        return None
    told = renamed(one.current, one.baseline, one.against)
    if told:
        return Suspect("schema_change", one.table, one.name, f"{one.where}: {told}")
    told = unit_change(one.current, one.baseline)
    if told:
        return Suspect("unit_change", one.table, one.name, f"{one.where}: {told}")
    return Suspect("population_drift", one.table, one.name, drift_sentence(one.where, found))


_BY_WARNING: Mapping[str, Cause] = {"kind_changed": "schema_change", "null_share": "null_surge"}


def drift_sentence(where: str, found: ColumnDrift) -> str:
    """How far the column has moved, by its furthest distance."""
    largest = found.largest
    if largest is None:
        return f"{where} cannot be compared: {found.reason}."
    name = largest.name.replace("_", " ")
    return f"{where} has drifted: {name} is {largest.value:.3f}, beyond {largest.critical:.3f}."


def stuck(current: Mapping[str, Any], now: Run | None, before: Run | None, policy: Monitoring) -> str:
    """That one value repeats far longer than it ever did; empty when it does not, or when it always did."""
    if now is None or not current["count"]:
        return ""
    usual = before.length if before is not None else 1
    least = max(policy.stuck_factor * usual, policy.stuck_rows)
    if before is None or before.distinct < _CONTINUOUS or now.length < least:
        return ""
    return (
        f"one value, {now.value:g}, repeats for {now.length} rows from row {now.row} on; "
        f"in the reference no value repeats for more than {usual}. The sensor looks stuck."
    )


def unit_change(current: Mapping[str, Any], reference: Mapping[str, Any]) -> str:
    """That the values look like the reference's in another unit or scale; empty when they do not."""
    if not _comparable(current, reference):
        return ""
    x, y = ([side["quantiles"][name] for name in _QUANTILES] for side in (reference, current))
    spread = y[-1] - y[0]
    # Quantiles of few rows lie off by chance.
    chance = 1 / math.sqrt(min(current["count"], reference["count"]))
    for factor, offset, words in _AFFINE:
        if _misfit(x, y, factor, offset) <= (_NEAR + chance) * spread and abs(offset) > spread / 4:
            return f"the values look like {words}. The unit has changed."
    ratio = math.fsum(a * b for a, b in zip(x, y, strict=True)) / math.fsum(a * a for a in x)
    if _misfit(x, y, ratio, 0.0) > (_FIT + chance) * spread:
        return ""
    known = _known_factor(ratio, _NEAR + 2 * chance)
    if known is None and 1 / _ANY_FACTOR < ratio < _ANY_FACTOR:
        return ""
    told = known if known is not None else f"about {ratio:.3g} times"
    return f"the values look like {told} those of the reference. The unit or scale has changed."


def renamed(current: Mapping[str, Any], reference: Mapping[str, Any], against: Mapping[str, Any] | None) -> str:
    """That none of the texts is one the reference knows: another spelling, not other people."""
    if reference["kind"] != "text" or against is None or not current["count"]:
        return ""
    cells = reference["histogram"]["counts"]
    if 2 * cells[-1] >= reference["count"] or against["counts"][-1] < current["count"]:
        return ""
    shown = ", ".join(f"{str(value)[:40]!r}" for value, _ in against["new"][:3])
    return f"no value is one the reference knows (now {shown}). The coding has changed."


def columns_differ(table: str, now: Sequence[str], then: Sequence[str]) -> Iterator[Suspect]:
    """A suspect for every column that is gone."""
    for name in sorted(set(then) - set(now)):
        yield Suspect("schema_change", table, name, f"Column {name!r} of table {table!r} is gone.")


def volume(rows: int, before: Sequence[int], policy: Monitoring) -> str:
    """That a window has far fewer rows than usual; empty with fewer than four windows to compare with."""
    if len(before) < 4:  # noqa: PLR2004 -- what is usual is not known earlier
        return ""
    usual = median(before)
    if rows >= policy.volume_floor * usual:
        return ""
    return f"The window has {rows} rows; {usual:g} are usual, and at least {policy.volume_floor:.0%} of that expected."


def overlap(now: Sequence[int], before: Sequence[int]) -> float:
    """The share of the rows of `now` that stand in `before` too, estimated from their smallest hashes (ascending)."""
    if not now or not before:
        return 0.0
    # Beyond the smaller of both largest hashes one of the sketches does not say what it saw.
    end = min(now[-1], before[-1]) if min(len(now), len(before)) > 1 else now[-1]
    seen, mine = set(before), [one for one in now if one <= end]
    return sum(one in seen for one in mine) / len(mine) if mine else 0.0


def cause_of_refusal(code: str) -> Cause:
    """The cause that a quarantine's code speaks of."""
    return _REFUSALS.get(code, "schema_change")


def _comparable(current: Mapping[str, Any], reference: Mapping[str, Any]) -> bool:
    for side in (current, reference):
        if side["kind"] == "text" or side["kind"] == "time" or not side["count"]:
            return False
        if side["distinct"] < _CONTINUOUS or not side.get("std"):
            return False
    x, y = ([side["quantiles"][name] for name in _QUANTILES] for side in (reference, current))
    return len(set(x)) > 4 and len(set(y)) > 4  # noqa: PLR2004 -- fewer points lie on a line by chance


def _misfit(x: Sequence[float], y: Sequence[float], factor: float, offset: float) -> float:
    """Root mean square distance of the quantiles from `factor * x + offset`."""
    squares = math.fsum((b - factor * a - offset) ** 2 for a, b in zip(x, y, strict=True))
    return math.sqrt(squares / len(x))


def _known_factor(ratio: float, tolerance: float) -> str | None:
    """`1000 times` or `1/1000 of`, when the ratio is that of two usual units; of several the nearest."""
    known = [(abs(ratio / factor - 1), f"{factor:g} times") for factor in _FACTORS]
    known += [(abs(ratio * factor - 1), f"1/{factor:g} of") for factor in _FACTORS]
    off, words = min(known)
    return words if off <= tolerance else None
