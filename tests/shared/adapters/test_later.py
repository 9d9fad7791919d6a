"""A port that is made by its first use."""

from __future__ import annotations

import pytest

from shared.adapters.later import later
from shared.errors import Missing


class Counter:
    """Something that is made."""

    made = 0

    def __init__(self) -> None:
        Counter.made += 1

    def told(self) -> int:
        """How many were made."""
        return Counter.made


def test_nothing_is_made_before_the_first_use_and_one_by_all() -> None:
    """Whoever holds it pays for nothing; two uses have the same one."""
    Counter.made = 0
    held = later(Counter)
    assert Counter.made == 0
    assert (held.told(), held.told(), Counter.made) == (1, 1, 1)


def test_what_cannot_be_made_is_tried_again() -> None:
    """The refusal reaches whoever uses it, and the next use may succeed."""
    refusals = [Missing("Not yet.")]

    def make() -> Counter:
        if refusals:
            raise refusals.pop()
        return Counter()

    held = later(make)
    with pytest.raises(Missing, match="Not yet"):
        held.told()
    assert held.told() >= 1
