"""Words that tell classes apart, weighed as a text model weighs them."""

from __future__ import annotations

import numpy as np

from model_training.text.top_words import top_words
from model_training.text.vocabulary import fit_vocabulary, stop_words
from shared.core.text_cleaning import clean

TEXTS = ("Moon, moon: star!", "The moon; a star, far.", "pixel", "pixel star", "far", "else")
CLASSES = (0, 0, 1, 1, 1, 1)


def test_the_words_of_the_largest_mean_weight() -> None:
    """Largest first, at most k, none that a class does not use, and none of one text alone."""
    assert top_words(TEXTS, CLASSES, ("sky", "screen"), k=2) == {"sky": ["moon", "star"], "screen": ["pixel", "far"]}
    assert top_words(TEXTS, CLASSES, ("sky", "screen"))["screen"] == ["pixel", "far", "star"]


def test_weights_are_those_of_the_vocabulary() -> None:
    """Drawn texts: the order of the words is that of the column sums of scikit-learn's matrix."""
    random = np.random.default_rng(3)
    names = np.array([f"word{chr(97 + number // 26)}{chr(97 + number % 26)}" for number in range(120)])
    texts = [" ".join(names[random.zipf(1.3, 25) % 120]) for _ in range(80)]
    classes = random.integers(0, 2, 80)
    X = np.array([clean(text, frozenset(stop_words())) for text in texts], dtype=object).reshape(-1, 1)
    vocabulary = fit_vocabulary(X)
    found = top_words(texts, classes.tolist(), ("a", "b"))
    for position, label in enumerate(("a", "b")):
        total = np.asarray(vocabulary.matrix(X)[classes == position].sum(axis=0)).ravel()
        assert found[label] == [vocabulary.words[place] for place in np.argsort(-total, kind="stable")[:20]]


def test_texts_that_say_nothing_have_no_words() -> None:
    """No texts, empty ones, and a class that nobody declared."""
    assert top_words([], [], ("a",)) == {"a": []}
    assert top_words(["", "the", "the"], [0, 0, 0], ("a",)) == {"a": []}
    assert top_words(["moon", "moon", "x", "y"], [4, 4, 0, 0], ("a",)) == {"a": []}
