"""Sentences with a number."""

from __future__ import annotations

import pytest

from shared.core.wording import counted


@pytest.mark.parametrize(("number", "words"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows")])
def test_a_number_and_its_noun_agree(number: int, words: str) -> None:
    """Only one is singular."""
    assert counted(number, "row") == words
