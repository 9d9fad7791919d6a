"""Statistics of a set of raw texts, which a profile keeps and a band checks."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from model_training.text.stop_words import ENGLISH

_WORDS = re.compile(r"[^\W\d_]+(?:['\N{RIGHT SINGLE QUOTATION MARK}][^\W\d_]+)*")
# With fewer letters a language is only a guess; this many characters identify it as well as the whole text.
_LEAST_LETTERS = 20
_LANGUAGE_CHARACTERS = 1_000
# Sentiment and language take about a millisecond per text: of more texts than this every n-th is checked.
_MOST_TEXTS = 5_000


def text_statistics(texts: Sequence[str], classes: Sequence[int], number: int) -> Mapping[str, float]:
    """Every statistic of raw texts and their class positions 0 … number-1, under its own name; NaN without texts."""
    mean, spread = class_shares(classes, number)
    sample = texts[:: math.ceil(len(texts) / _MOST_TEXTS) or 1]
    return {
        "class_share_mean": mean,
        "class_share_std": spread,
        "average_word_length": average_word_length(texts),
        "average_stop_words": average_stop_words(texts),
        "average_sentiment": average_sentiment(sample),
        "share_not_english": share_not_english(sample),
    }


def class_shares(classes: Sequence[int], number: int) -> tuple[float, float]:
    """The mean share of the classes that occur, and the standard deviation of the shares of all `number` classes."""
    if not len(classes):
        return math.nan, math.nan
    shares = np.bincount(np.asarray(classes), minlength=number) / len(classes)
    return float(shares[shares > 0].mean()), float(shares.std())


def average_word_length(texts: Sequence[str]) -> float:
    """Letters per word, over all words of all texts; NaN without words."""
    lengths = [len(word) for text in texts for word in _WORDS.findall(text)]
    return _mean(lengths)


def average_stop_words(texts: Sequence[str]) -> float:
    """Stop words per text, each as often as it stands there."""
    known = frozenset(ENGLISH)
    words = (_WORDS.findall(text.lower().replace("'", "")) for text in texts)
    return _mean([sum(word in known for word in text_words) for text_words in words])


def average_sentiment(texts: Sequence[str]) -> float:
    """The mean polarity of the texts, from -1 (all words bad) to 1 (all words good)."""
    from textblob.en import sentiment  # type: ignore[import-untyped]  # the package has no types

    return _mean([sentiment(text)[0] for text in texts])


def share_not_english(texts: Sequence[str]) -> float:
    """The share of texts in another language; a text that is too short to tell counts as English."""
    return _mean([not_english(text) for text in texts])


def not_english(text: str) -> bool:
    """Whether the text is in another language; False when it is too short to tell."""
    import py3langid  # type: ignore[import-untyped]  # the package has no types

    shown = text[:_LANGUAGE_CHARACTERS]
    if sum(map(str.isalpha, shown)) < _LEAST_LETTERS:
        return False
    language: Any = py3langid.classify(shown)[0]
    return bool(language != "en")


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if len(values) else math.nan
