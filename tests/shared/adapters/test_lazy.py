"""A port that is made by its first use."""

from __future__ import annotations

import pytest

from shared.adapters.lazy import Once, lazy
from shared.core.errors import Missing


class Counter:
    """Something that is made; the first `refusals` attempts fail."""

    made = 0

    def __init__(self, refusals: list[Missing]) -> None:
        if refusals:
            raise refusals.pop()
        Counter.made += 1

    def count(self) -> int:
        """How many were made."""
        return Counter.made


HERE = f"{__name__}:Counter"


def test_nothing_is_made_before_the_first_use_and_one_by_all() -> None:
    """Whoever holds it pays for nothing; two uses have the same one."""
    Counter.made = 0
    held = lazy(HERE, [])
    assert Counter.made == 0
    assert (held.count(), held.count(), Counter.made) == (1, 1, 1)


def test_what_cannot_be_made_is_tried_again() -> None:
    """The refusal reaches whoever uses it, and the next use may succeed."""
    held = lazy(HERE, [Missing("Not yet.")])
    with pytest.raises(Missing, match="Not yet"):
        held.count()
    assert held.count() >= 1


def test_what_is_made_once_tells_whether_it_was_tried() -> None:
    """Also when it could not be made."""
    refusals = [Missing("Not yet.")]
    once = Once(lambda: Counter(refusals))
    assert not once.was_tried
    with pytest.raises(Missing, match="Not yet"):
        once()
    assert once.was_tried
    assert once.made is None
    assert once() is once.made
    assert once.was_tried
