"""A look of the gate: one comparison of a challenger with the champion, of which a generation has only so many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

# All looks at challengers of one generation share a one-sided error of 2 %, spent in advance.
MOST_LOOKS = 10
ERROR_PER_LOOK = 0.002
# Of the two-sided interval whose lower end has that error.
LOOK_LEVEL = 1 - 2 * ERROR_PER_LOOK


@dataclass(frozen=True, slots=True)
class Look:
    """Look `number` at a challenger of a generation: the `judgement`-th of that version, on rows of that dataset.

    The number is 0 until the look was taken.
    """

    scenario: str
    generation: int
    version: int
    judgement: int
    dataset: str
    at: datetime
    number: int = 0


def told_look(number: int, generation: int) -> str:
    """Which look it was, as a sentence; empty when none was spent."""
    return f"Look {number} of {MOST_LOOKS} at challengers of generation {generation}." if number else ""
