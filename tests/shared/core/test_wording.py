"""Sentences with a number."""

from __future__ import annotations

import pytest

from shared.core.wording import all_of, counted, did_you_mean, visible


@pytest.mark.parametrize(("number", "words"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows")])
def test_a_number_and_its_noun_agree(number: int, words: str) -> None:
    """Only one is singular."""
    assert counted(number, "row") == words


def test_a_verb_agrees_and_a_plural_may_be_another_word() -> None:
    """Also of a number that may be a part of one."""
    assert [counted(number, "row is", "rows are") for number in (1, 2)] == ["1 row is", "2 rows are"]
    assert [counted(number, "day") for number in (1.0, 0.5, 1_500_000)] == ["1 day", "0.5 days", "1500000 days"]
    assert [all_of(number, "class", "classes") for number in (1, 2)] == ["the one class", "all 2 classes"]


@pytest.mark.parametrize(
    ("name", "hint"), [("chrun", " (did you mean 'Churn'?)"), ("CHURN", " (did you mean 'Churn'?)"), ("sales", "")]
)
def test_a_mistaken_name_is_told_with_the_near_one(name: str, hint: str) -> None:
    """Capitals make no difference; of names that look like none there is no hint."""
    assert did_you_mean(name, ["machines", "Churn"]) == hint


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Müller 東京 ✓ no-break\xa0space", "Müller 東京 ✓ no-break\xa0space"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("a\nb\r\tc\x9b2J\x7f", "a\\nb\\r\\tc\\x9b2J\\x7f"),
        ("abc\u202edef\u200b\u2028", "abc\\u202edef\\u200b\\u2028"),
        ("\ud800", "\\ud800"),
    ],
)
def test_a_text_of_a_stranger_is_shown_without_control_characters(given: str, shown: str) -> None:
    """It moves no cursor, hides and reorders nothing; what can be seen stays as it is."""
    assert visible(given) == shown
    assert visible("two\nlines", keep="\n") == "two\nlines"
