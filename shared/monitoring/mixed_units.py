"""Are some values of a column in another unit than the others? Judged on the values and on the reference's shares.

Three looks, from certain to careful: values far outside that a known factor brings back; a distribution that is the
reference's plus a share of itself in another unit; and, without a reference, two groups of one shape.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.profiles.profile import Bins, ColumnProfile

if TYPE_CHECKING:
    import numpy as np

# Nearer factors cannot be told from a changed world.
_FACTORS = (10.0, 100.0, 1e3, 1e4, 1e5, 1e6, 1e9, 60.0, 3_600.0, 86_400.0, 25.4)
# Factor, offset and words.
_AFFINE = (
    (1.8, 32.0, "Fahrenheit among Celsius"),
    (1 / 1.8, -32 / 1.8, "Celsius among Fahrenheit"),
    (1.0, 273.15, "Kelvin among Celsius"),
    (1.0, -273.15, "Celsius among Kelvin"),
)
# The least share of values that counts, and the fewest values.
_SHARE, _FEWEST = 0.05, 10
_LEAST_REFERENCE = 50
# From how many values on a distribution is judged, and how many distinct ones show a shape.
_SHAPED, _CONTINUOUS = 100, 10
_MATTERS, _FIT, _SHAPE = 0.1, 0.05, 0.2
# A shift alone is a unit only where it is this many times the spread of the usual values.
_OFFSET = 3.0
# What chance gives to the largest distance of two samples, times the root of their size.
_CHANCE = 1.36
_TAIL_ROWS, _GROUP_ROWS = 10, 100
# Groups that lie so far apart (powers of ten) are two.
_APART = 0.5


@dataclass(frozen=True, slots=True)
class Rescaled:
    """How a share of the values was changed: times `factor`, plus `offset`."""

    factor: float
    offset: float
    words: str


def mixed_unit(values: np.ndarray, reference: ColumnProfile | None) -> str:
    """Which share of the values (finite) looks like what, in words; empty when nothing does."""
    if reference is None or not reference.count or reference.histogram is None or not reference.histogram.edges:
        return _two_groups(values)
    return _far(values, reference, reference.histogram) or _mixture(values, reference, reference.histogram)


def _rescaled() -> Iterator[Rescaled]:
    for factor in _FACTORS:
        yield Rescaled(1 / factor, 0.0, f"1/{factor:g} of the usual values")
        yield Rescaled(factor, 0.0, f"{factor:g} times the usual values")
    for factor, offset, words in _AFFINE:
        yield Rescaled(factor, offset, words)


def _told(share: float, words: str) -> str:
    return f"{share:.0%} of the values look like {words}"


def _far(values: np.ndarray, reference: ColumnProfile, bins: Bins) -> str:
    """Values one whole width outside the reference's range that one factor brings back into it."""
    least, largest = reference.min, reference.max
    if least is None or largest is None or reference.count < _LEAST_REFERENCE:
        return ""
    width = largest - least or abs(largest)
    lost = values[(values < least - width) | (values > largest + width)]
    if len(lost) < max(_FEWEST, _SHARE * len(values)):
        return ""
    for one in _plausible(reference):
        back = (lost - one.offset) / one.factor
        if _distance(back, bins) <= _SHAPE + _CHANCE / math.sqrt(len(lost)):
            return _told(len(lost) / len(values), one.words)
    return ""


def _distance(values: np.ndarray, bins: Bins) -> float:
    """How far the values lie from the reference's distribution (Kolmogorov-Smirnov)."""
    import numpy as np

    now = np.sort(values)
    grid = np.concatenate([now, bins.edges])
    found = np.searchsorted(now, grid, side="right") / len(now)
    return float(np.abs(found - _cumulative(grid, bins)).max())


def _mixture(values: np.ndarray, reference: ColumnProfile, bins: Bins) -> str:
    """The reference's distribution, and a share of it in another unit, explain what the reference alone does not."""
    import numpy as np

    if len(values) < _SHAPED or reference.distinct < _CONTINUOUS or not reference.std:
        return ""
    now = np.sort(values)
    noise = _CHANCE * math.sqrt(1 / len(now) + 1 / reference.count)
    fits = [fit for one in _plausible(reference) if (fit := _fit(now, bins, one, noise)) is not None]
    if not fits:
        return ""
    _, share, words = min(fits)
    return _told(share, words)


def _plausible(reference: ColumnProfile) -> Iterator[Rescaled]:
    """The changes that cannot be another state of the same machine: an offset is far larger than the usual spread."""
    spread = _spread(reference)
    for one in _rescaled():
        shift = _OFFSET * spread if one.factor == 1.0 else spread / 4
        if not one.offset or abs(one.offset) > shift:
            yield one


def _spread(reference: ColumnProfile) -> float:
    return reference.quantiles["99"] - reference.quantiles["1"]


def _fit(now: np.ndarray, bins: Bins, one: Rescaled, noise: float) -> tuple[float, float, str] | None:
    """How far the values (ascending) lie from the best mixture, with its share; None when it does not explain them."""
    import numpy as np

    edges = np.array(bins.edges)
    points = (np.quantile(now, np.linspace(0, 1, 200)), edges, edges * one.factor + one.offset)
    grid = np.unique(np.concatenate(points))
    found = np.searchsorted(now, grid, side="right") / len(now)
    usual, other = _cumulative(grid, bins), _cumulative((grid - one.offset) / one.factor, bins)
    base, step = np.abs(found - usual).max(), other - usual
    share = float(np.clip((found - usual) @ step / (step @ step), 0, 1))
    made = usual + share * step
    misfit = float(np.abs(found - made).max())
    explained = misfit <= min(base / 4, _FIT + noise) and share >= _SHARE and base > max(_MATTERS, 2 * noise)
    if explained and _same_tail(found, made, usual, len(now)):
        return misfit, share, one.words
    return None


def _cumulative(at: np.ndarray, bins: Bins) -> np.ndarray:
    """The share of the reference's values up to each number."""
    import numpy as np

    shares = np.cumsum(bins.counts[: len(bins.edges)]) / sum(bins.counts)
    if bins.exact:
        steps: np.ndarray = np.concatenate([[0.0], shares])
        return steps[np.searchsorted(bins.edges, at, side="right")]
    found: np.ndarray = np.interp(at, bins.edges, shares, left=0.0)
    return found


def _same_tail(found: np.ndarray, made: np.ndarray, usual: np.ndarray, rows: int) -> bool:
    """Whether the values where the reference has next to none have the shape that the other unit gives them.

    A sensor that stands still has a share of values near zero, too; they have no such shape.
    """
    import numpy as np

    below, above = usual <= 0.02, usual >= 0.98  # noqa: PLR2004 -- the outer hundredths
    tails = []
    for inside, now, then in ((below, found, made), (above, 1 - found, 1 - made)):
        if inside.any() and now[inside].max() * rows >= _TAIL_ROWS:
            shape_now, shape_then = now[inside] / now[inside].max(), then[inside] / max(then[inside].max(), 1e-9)
            chance = _CHANCE / math.sqrt(now[inside].max() * rows)
            tails.append(bool(np.abs(shape_now - shape_then).max() <= _SHAPE + chance))
    return bool(tails) and all(tails)


def _two_groups(values: np.ndarray) -> str:
    """Two groups far apart, one of which is the other in another unit."""
    import numpy as np

    now = np.sort(values[values > 0])
    if len(now) < _SHAPED:
        return ""
    gaps = np.diff(np.log10(now))
    cut = int(gaps.argmax()) + 1
    low, high = now[:cut], now[cut:]
    if gaps[cut - 1] < _APART or min(len(low), len(high)) < max(_GROUP_ROWS, _SHARE * len(now)):
        return ""
    if min(len(np.unique(low)), len(np.unique(high))) < _CONTINUOUS:
        return ""
    noise = _CHANCE * math.sqrt(1 / len(low) + 1 / len(high))
    for factor in _FACTORS:
        grid = np.concatenate([low * factor, high])
        grown = np.searchsorted(low * factor, grid, side="right") / len(low)
        if np.abs(grown - np.searchsorted(high, grid, side="right") / len(high)).max() <= min(3 * _FIT, _FIT + noise):
            return _told(len(low) / len(values), f"1/{factor:g} of the others")
    return ""
