"""Cleaning: each step really does something, and what is left are words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.text_cleaning import clean

STOP_WORDS = frozenset({"the", "is", "cant"})
NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Space SHUTTLE Launch", "space shuttle launch"),  # lower case
        ("yes, no. why?! (because); state-of-the-art", "yes no why because state of the art"),  # punctuation
        ("in 1993 the 3rd try of b52s", "in the rd try of"),  # digits divide words like everything else
        ("<<email>> tax$free *wow* a_b_cd", "email tax free wow cd"),  # special characters
        ("s o much", "much"),  # single letters
        ("don't and John\N{RIGHT SINGLE QUOTATION MARK}s", "dont and johns"),  # an apostrophe belongs to its word
        ("  two\t spaces\r\nand lines ", "two spaces and lines"),  # one space
    ],
)
def test_each_step(text: str, cleaned: str) -> None:
    """Case, punctuation, digits, special characters, single letters, apostrophes and spaces, one at a time."""
    assert clean(text, NONE) == cleaned


def test_stop_words_are_left_out() -> None:
    """As whole words, in whatever case and with their apostrophe."""
    assert clean("The theatre IS this: it can't", STOP_WORDS) == "theatre this it"


@pytest.mark.parametrize("text", ["", "   ", "42 !!", "the is", "\ud800", "\0"])
def test_nothing_may_be_left(text: str) -> None:
    """A text without words is the empty string, also when it holds half a character."""
    assert clean(text, STOP_WORDS) == ""


def test_other_scripts_are_letters_too() -> None:
    """Umlauts and Greek stay, full-width letters become plain ones; superscripts and circled digits are digits."""
    assert clean("Über ΩΜΕΓΑ ＦＵＬＬ", NONE) == "über ωμεγα full"  # noqa: RUF001 - the ambiguous letters are the test
    assert clean("area² of ①②", NONE) == "area of"


@given(st.text())
def test_only_words_are_left(text: str) -> None:
    """Words of at least two letters, none of them upper case or a stop word, divided by one space."""
    words = clean(text, STOP_WORDS).split(" ") if clean(text, STOP_WORDS) else []
    for word in words:
        assert len(word) >= 2
        assert word.isalpha()
        assert word == word.lower()
        assert word not in STOP_WORDS


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_text_is_its_runs_of_letters(text: str) -> None:
    """For ASCII the rule fits in a line."""
    assert clean(text, NONE).split() == re.findall("[a-z]{2,}", text.lower().replace("'", ""))
