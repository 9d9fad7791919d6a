"""Each statistic under its own name, and each moves with what it measures and with nothing else."""

from __future__ import annotations

import math

import pytest

from model_training.text.statistics import (
    average_sentiment,
    average_stop_words,
    average_word_length,
    class_shares,
    not_english,
    share_not_english,
    text_statistics,
)

PLAIN = "We talked about the rocket engine for an hour and then went home by train."
GERMAN = "Wir haben eine Stunde lang über das Triebwerk der Rakete gesprochen und fuhren dann nach Hause."
NAMES = {
    "class_share_mean",
    "class_share_std",
    "average_word_length",
    "average_stop_words",
    "average_sentiment",
    "share_not_english",
}


def _moved(texts: list[str], classes: list[int]) -> set[str]:
    """The names whose values differ from those of four plain texts of four classes."""
    plain, other = text_statistics([PLAIN] * 4, [0, 1, 2, 3], 4), text_statistics(texts, classes, 4)
    return {name for name in NAMES if other[name] != pytest.approx(plain[name])}


def test_every_name_is_there_once() -> None:
    """Six numbers of the same texts, no two of which are the same."""
    found = text_statistics([PLAIN, PLAIN, GERMAN, "I love this great book."], [0, 1, 2, 2], 4)
    assert set(found) == NAMES
    assert len(set(found.values())) == len(NAMES)


def test_class_shares_move_with_the_classes_alone() -> None:
    """Unequal classes spread the shares; a class that is gone also raises the mean of those that are left."""
    assert class_shares([0, 1, 2, 3], 4) == (0.25, 0.0)
    assert class_shares([0, 0, 1, 2, 3, 3], 4) == pytest.approx((0.25, 1 / 12))
    assert class_shares([0, 1, 2], 4) == pytest.approx((1 / 3, math.sqrt(3) / 12))
    assert _moved([PLAIN] * 4, [0, 0, 0, 1]) == {"class_share_mean", "class_share_std"}


def test_word_length_moves_with_longer_words() -> None:
    """Letters over words: an apostrophe is part of its word, digits and signs are of none."""
    assert average_word_length(["aa bbbb", "cc"]) == pytest.approx(8 / 3)
    assert average_word_length(["don't 1993 -- go!"]) == 3.5
    assert _moved([PLAIN.replace("train", "hovercraft")] * 4, [0, 1, 2, 3]) == {"average_word_length"}


def test_stop_words_are_counted_per_text() -> None:
    """Each as often as it stands there, capital or not, and none inside of another word."""
    assert average_stop_words(["The moon and THE theatre", "moon"]) == 1.5
    assert average_stop_words(["We don't"]) == 2
    assert "average_stop_words" in _moved([f"{PLAIN} And then we were there with them."] * 4, [0, 1, 2, 3])


def test_sentiment_moves_with_the_tone() -> None:
    """Praise is above nothing, and scorn below."""
    praise, scorn = (average_sentiment([f"This was a {word} launch."]) for word in ("wonderful", "terrible"))
    assert scorn < -0.5 < average_sentiment([PLAIN, ""]) < 0.5 < praise
    assert "average_sentiment" in _moved(["A wonderful, excellent launch. I love it."] * 4, [0, 1, 2, 3])


def test_other_languages_are_found() -> None:
    """A quarter of the texts is German; a few letters tell nothing."""
    assert share_not_english([PLAIN, PLAIN, PLAIN, GERMAN]) == 0.25
    assert [not_english(text) for text in ("", "1993 ...", "Oui", GERMAN, PLAIN)] == [False, False, False, True, False]
    assert "share_not_english" in _moved([PLAIN, PLAIN, PLAIN, GERMAN], [0, 1, 2, 3])


def test_no_texts_have_no_statistics() -> None:
    """Not a number, rather than an error or a zero that looks measured."""
    assert all(math.isnan(value) for value in text_statistics([], [], 4).values())
