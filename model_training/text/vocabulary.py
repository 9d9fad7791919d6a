"""The vocabulary of a text model and its weights: sublinear TF-IDF with rows of length 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from model_training.text.stop_words import ENGLISH
from shared.core.errors import Quarantined

# A word of only one training text says nothing about others; a word of every second text distinguishes nothing.
_LEAST_TEXTS = 2
_LARGEST_SHARE = 0.5
# A graph holds one weight per word and class, and scoring one number per row and word.
MOST_WORDS = 20_000


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A fitted scikit-learn vectorizer over cleaned texts."""

    vectorizer: Any

    @property
    def words(self) -> list[str]:
        """The words in the order of the matrix's columns."""
        return list(self.vectorizer.get_feature_names_out())

    @property
    def idf(self) -> np.ndarray:
        """The weight of each word (V,) before rows are brought to length 1."""
        return np.asarray(self.vectorizer.idf_)

    def matrix(self, X: np.ndarray) -> Any:
        """Cleaned texts (rows, 1) to a sparse float64 matrix (rows, V)."""
        return self.vectorizer.transform(X.ravel())


def stop_words() -> tuple[str, ...]:
    """The English words that carry no meaning of their own, sorted: the `values` of a text feature."""
    return ENGLISH


def fit_vocabulary(X: np.ndarray, most: int = MOST_WORDS) -> Vocabulary:
    """The vocabulary of cleaned training texts (rows, 1): their `most` frequent words.

    Quarantined when no word is common to two of them.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(
        tokenizer=str.split,
        token_pattern=None,
        lowercase=False,  # the texts are cleaned
        sublinear_tf=True,
        min_df=_LEAST_TEXTS,
        max_df=_LARGEST_SHARE,
        max_features=most,
    )
    try:
        return Vocabulary(vectorizer.fit(X.ravel()))
    except ValueError as error:
        sentence = (
            f"The {len(X)} training texts have no word to learn from: "
            f"each occurs in fewer than {_LEAST_TEXTS} or in more than {_LARGEST_SHARE:.0%} of them."
        )
        raise Quarantined("no_words", sentence) from error
