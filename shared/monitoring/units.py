"""Is a changed column the same quantity in another unit or scale? Judged on the quantiles of both profiles."""

from __future__ import annotations

import math
from collections.abc import Sequence

from shared.profiles.profile import ColumnProfile

# A column with fewer distinct values than this shows no unit.
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
# (factor, offset, the unit now, the unit of the reference)
_AFFINE = (
    (1.8, 32.0, "Fahrenheit", "Celsius"),
    (1 / 1.8, -32 / 1.8, "Celsius", "Fahrenheit"),
    (1.0, 273.15, "Kelvin", "Celsius"),
    (1.0, -273.15, "Celsius", "Kelvin"),
)


def unit_change(current: ColumnProfile, reference: ColumnProfile) -> str:
    """What the values look like, when they are the reference's in another unit or scale; empty when they are not."""
    if not _comparable(current, reference):
        return ""
    x, y = ([side.quantiles[name] for name in _QUANTILES] for side in (reference, current))
    spread = y[-1] - y[0]
    # Quantiles of few rows lie off by chance.
    chance = 1 / math.sqrt(min(current.count, reference.count))
    for factor, offset, now, before in _AFFINE:
        if _misfit(x, y, factor, offset) <= (_NEAR + chance) * spread and abs(offset) > spread / 4:
            return f"{now} instead of {before}"
    ratio = math.fsum(a * b for a, b in zip(x, y, strict=True)) / math.fsum(a * a for a in x)
    if _misfit(x, y, ratio, 0.0) > (_FIT + chance) * spread:
        return ""
    known = _known_factor(ratio, _NEAR + 2 * chance)
    if known is None and 1 / _ANY_FACTOR < ratio < _ANY_FACTOR:
        return ""
    scale = known if known is not None else f"about {ratio:.3g} times"
    return f"{scale} those of the reference"


def _comparable(current: ColumnProfile, reference: ColumnProfile) -> bool:
    for side in (current, reference):
        if side.kind in ("text", "time") or not side.count:
            return False
        if side.distinct < _CONTINUOUS or not side.std:
            return False
    x, y = ([side.quantiles[name] for name in _QUANTILES] for side in (reference, current))
    return len(set(x)) > 4 and len(set(y)) > 4  # noqa: PLR2004 -- fewer points lie on a line by chance


def _misfit(x: Sequence[float], y: Sequence[float], factor: float, offset: float) -> float:
    """Root mean square distance of the quantiles from `factor * x + offset`."""
    squares = math.fsum((b - factor * a - offset) ** 2 for a, b in zip(x, y, strict=True))
    return math.sqrt(squares / len(x))


def _known_factor(ratio: float, tolerance: float) -> str | None:
    """`1000 times` or `1/1000 of`, when the ratio is that of two common units; of several the nearest."""
    known = [(abs(ratio / factor - 1), f"{factor:g} times") for factor in _FACTORS]
    known += [(abs(ratio * factor - 1), f"1/{factor:g} of") for factor in _FACTORS]
    off, words = min(known)
    return words if off <= tolerance else None
