"""Rows that check a model and are nobody's: values between what it learned from, in combinations that no row gave."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from shared.training.input_contract import Feature, InputContract

UNSEEN = "never seen in training"
# Where training had no word often enough to be nobody's own.
PLAIN_WORDS = ("the", "of", "and", "to", "in", "is", "for", "that", "with", "this", "was", "on", "not", "are")
_WORDS = 8


def invented_rows(
    contract: InputContract,
    ranges: Mapping[str, Sequence[float]],
    count: int,
    whole: Collection[str] = (),
    words: Sequence[str] = PLAIN_WORDS,
) -> list[dict[str, Any]]:
    """So many rows as a request sends them, and two more: one of nulls and one of unseen categories.

    `ranges` are the least and largest value of each number; numbers of `whole` columns are whole. `words` make texts.
    """
    rows = [
        {f.name: _value(f, at, row, count, ranges, whole, words) for at, f in enumerate(contract.features)}
        for row in range(count)
    ]
    # A text is never null in a request; the unusual one has no known words.
    rows.append({f.name: "" if f.kind == "text" else None for f in contract.features})
    rows.append({f.name: rows[0][f.name] if f.kind == "number" else UNSEEN for f in contract.features})
    return rows


def _value(  # noqa: PLR0917 -- one cell of one row
    feature: Feature,
    at: int,
    row: int,
    count: int,
    ranges: Mapping[str, Sequence[float]],
    whole: Collection[str],
    words: Sequence[str],
) -> Any:
    # Every column walks through its values with another step.
    step = (row * (2 * at + 1) + at) % count
    if feature.kind == "category":
        return feature.values[(row + at) % len(feature.values)] if feature.values else UNSEEN
    if feature.kind == "text":
        return " ".join(words[(row * _WORDS + number * (row + 1)) % len(words)] for number in range(_WORDS))
    low, high = ranges.get(feature.name, (0.0, 1.0))
    value = low + (high - low) * (step + 0.5) / count
    return round(value) if feature.name in whole else float(f"{value:.4g}")
