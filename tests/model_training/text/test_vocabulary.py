"""Words and their weights."""

from __future__ import annotations

import numpy as np
import pytest

from model_training.text.vocabulary import fit_vocabulary, stop_words
from shared.core.errors import Quarantined


def _texts(*texts: str) -> np.ndarray:
    return np.array(texts, dtype=object).reshape(-1, 1)


def test_weights_are_those_of_the_formula() -> None:
    """(1 + ln count) · (1 + ln((1 + texts) / (1 + texts with the word))), rows of length 1."""
    X = _texts("moon moon moon sun", "moon sky", "sun", "sky sky", "rain", "snow")
    Z = fit_vocabulary(X).matrix(X).toarray()
    idf = 1 + np.log(7 / 3)
    row = np.array([(1 + np.log(3)) * idf, 0, idf])
    assert fit_vocabulary(X).words == ["moon", "sky", "sun"]
    assert Z[0] == pytest.approx(row / np.linalg.norm(row))
    assert Z[4].tolist() == [0, 0, 0]


def test_rare_and_common_words_are_not_learned() -> None:
    """A word of one text, and one of more than half of them."""
    X = _texts("all moon one", "all moon", "all sun", "all sun", "all sky")
    assert fit_vocabulary(X).words == ["moon", "sun"]


def test_the_vocabulary_is_bounded() -> None:
    """Of too many words those that occur most often are kept: a graph never outgrows its bound."""
    X = _texts("moon moon sun rain", "moon sun sun sky", "sky rain", "far", "away", "off", "gone")
    assert fit_vocabulary(X, most=2).words == ["moon", "sun"]


def test_texts_without_common_words_are_quarantined() -> None:
    """The sentence says how many texts there were and what a word would have needed."""
    with pytest.raises(Quarantined, match=r"The 3 training texts have no word .* fewer than 2 or in more than 50%"):
        fit_vocabulary(_texts("moon", "sun", ""))


def test_stop_words_are_plain_english() -> None:
    """Sorted, lower-case, the same every time: they stand in the input contract."""
    words = stop_words()
    assert {"the", "and", "of"} < set(words)
    assert list(words) == sorted(words)
    assert all(word.isalpha() and word.islower() for word in words)
