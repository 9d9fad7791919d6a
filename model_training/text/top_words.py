"""The words that distinguish the texts of a class: the largest mean TF-IDF weights.

The weights are those of a text model's vocabulary, computed without scikit-learn, which the intake does not install.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from model_training.text.stop_words import ENGLISH
from shared.core.text_cleaning import clean

TOP = 20
# A word of only one text, or of more than half of them, distinguishes nothing.
_LEAST_TEXTS = 2
_LARGEST_SHARE = 0.5


def top_words(
    texts: Sequence[str], classes: Sequence[int], labels: Sequence[str], k: int = TOP
) -> Mapping[str, list[str]]:
    """For each label the `k` words of the largest mean weight in its raw texts, largest first, equal ones by name.

    `classes` holds each text's position in `labels`; a text of another class counts for no label.
    """
    known = frozenset(ENGLISH)
    counts = [Counter(clean(text, known).split()) for text in texts]
    idf = _idf(counts)
    totals: list[Counter[str]] = [Counter() for _ in labels]
    for text_counts, position in zip(counts, classes, strict=True):
        if 0 <= position < len(labels):
            for word, weight in _weights(text_counts, idf):
                totals[position][word] += weight  # type: ignore[assignment]  # a counter of fractions
    return {label: _largest(total, k) for label, total in zip(labels, totals, strict=True)}


def _idf(counts: Sequence[Mapping[str, int]]) -> dict[str, float]:
    """1 + ln((1 + texts) / (1 + texts with the word)) of each word that can distinguish texts."""
    within = Counter(word for text_counts in counts for word in text_counts)
    most = _LARGEST_SHARE * len(counts)
    return {
        word: 1 + math.log((1 + len(counts)) / (1 + texts))
        for word, texts in within.items()
        if _LEAST_TEXTS <= texts <= most
    }


def _weights(text_counts: Mapping[str, int], idf: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """(1 + ln count) · idf of a text's words, brought to length 1."""
    weights = {word: (1 + math.log(count)) * idf[word] for word, count in text_counts.items() if word in idf}
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    return ((word, weight / length) for word, weight in weights.items())


def _largest(total: Mapping[str, float], k: int) -> list[str]:
    return sorted(total, key=lambda word: (-total[word], word))[:k]
