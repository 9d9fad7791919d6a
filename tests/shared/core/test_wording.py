"""Numbers with their nouns."""

from __future__ import annotations

import pytest

from shared.core.wording import counted


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 windows"), (1, "1 window"), (2, "2 windows"), (1200, "1,200 windows")]
)
def test_a_noun_agrees_with_its_number(number: int, words: str) -> None:
    """One is singular, all else is plural, and thousands are separated."""
    assert counted(number, "window") == words


def test_a_plural_of_its_own_is_given() -> None:
    """A noun that takes more than an s comes with its plural."""
    assert (counted(1, "query", "queries"), counted(2, "query", "queries")) == ("1 query", "2 queries")
