"""How long texts and their words are, as sums that merge."""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True, slots=True)
class Lengths:
    """Sums over `count` texts: characters, words (parts between ASCII white space), letters (characters in words)."""

    count: int = 0
    characters: int = 0
    squared_characters: int = 0
    words: int = 0
    letters: int = 0
    squared_words: int = 0
    squared_letters: int = 0
    letters_by_words: int = 0

    def merge(self, other: Lengths) -> Lengths:
        """The sums over the texts of both."""
        return Lengths(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def statistics(self) -> dict[str, Any]:
        """Mean length in characters and average length of a word, each with its standard error."""
        mean = self.characters / self.count
        variance = max(self.squared_characters / self.count - mean**2, 0.0)
        return {
            "mean_length": mean,
            "mean_length_error": math.sqrt(variance / self.count),
            "average_word_length": self.letters / self.words if self.words else None,
            "average_word_length_error": self._ratio_error() if self.words else None,
        }

    def _ratio_error(self) -> float:
        """The standard error of a ratio of two means, texts being the sampled units."""
        ratio = self.letters / self.words
        squares = self.squared_letters - 2 * ratio * self.letters_by_words + ratio**2 * self.squared_words
        return math.sqrt(max(squares, 0.0)) / self.words


def lengths_of(values: pa.Array, counts: np.ndarray) -> Lengths:
    """Return the sums over the texts `values`, each of which occurs `counts` times."""
    # Sums of squares of long texts leave 32 bits; 64 bits hold them for any table that fits in memory.
    characters = pc.utf8_length(values).to_numpy().astype(np.int64)
    words = pc.count_substring_regex(values, r"\S+").to_numpy().astype(np.int64)
    letters = characters - pc.count_substring_regex(values, r"\s").to_numpy()
    sums = (
        counts,
        characters * counts,
        characters**2 * counts,
        words * counts,
        letters * counts,
        words**2 * counts,
        letters**2 * counts,
        letters * words * counts,
    )
    return Lengths(*(int(each.sum()) for each in sums))
