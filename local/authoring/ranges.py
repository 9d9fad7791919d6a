"""The values that a column may have: a generous range of numbers, or the list of a few categories."""

from __future__ import annotations

import math
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from local.authoring.cells import Guess

# A list of values is declared for so few of them, when each stands in so many rows.
MOST_LISTED = 12
LEAST_ROWS = 5
# How far a number may lie beyond those of the file, in spans of them.
_SPANS = 3
# From so many whole numbers on doubles miss some, and a bound would be another number.
_LARGEST = 2.0**53


def with_range(guess: Guess, values: pa.ChunkedArray) -> Guess:
    """The guess with the range that numbers of this column may have."""
    least, most = pc.min(values).as_py(), pc.max(values).as_py()
    if guess.column.kind not in ("int", "float") or least is None or max(abs(least), abs(most)) >= _LARGEST:
        return guess
    low, high = bounds(float(least), float(most))
    reason = f"{least:.6g} to {most:.6g} in the file"
    return Guess(replace(guess.column, minimum=low, maximum=high), (*guess.reasons, reason))


def bounds(least: float, most: float) -> tuple[float, float]:
    """A share stays one, what is not negative stays so, and everything else may go well beyond the file."""
    if least >= 0 and most <= 1:
        return 0.0, 1.0
    span = max(most - least, abs(most), 1.0)
    low = 0.0 if least >= 0 else -_round_up(-(least - _SPANS * span))
    return low, _round_up(most + _SPANS * span)


def _round_up(number: float) -> float:
    """The next number of one significant digit."""
    if number <= 0:
        return 0.0
    unit = 10.0 ** math.floor(math.log10(number))
    return math.ceil(number / unit) * unit


def with_values(guess: Guess, values: pa.ChunkedArray) -> Guess:
    """The guess with the list of all values, where there are a few and each is frequent."""
    found, different = frequent(values, LEAST_ROWS), pc.count_distinct(values).as_py()
    if guess.column.kind != "text" or not 1 < different <= MOST_LISTED or len(found) < different:
        return guess
    reason = "another value would be refused; without values=… it is accepted as unknown"
    return Guess(replace(guess.column, values=tuple(sorted(found))), (*guess.reasons, reason))


def frequent(values: pa.ChunkedArray, least: int) -> dict[str, int]:
    """The values that stand in so many rows at least, the most frequent first, with their rows."""
    counts = pc.value_counts(values.drop_null().combine_chunks()).to_pylist()
    kept = [one for one in counts if one["counts"] >= least]
    return {one["values"]: one["counts"] for one in sorted(kept, key=lambda one: (-one["counts"], str(one["values"])))}
