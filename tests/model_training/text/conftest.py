"""Generated posts, cleaned, and candidates fitted on them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from model_training.generators.text_classification import generate
from model_training.text.fit import Fitted, fit_text
from model_training.text.names import CLASSICAL
from model_training.text.vocabulary import stop_words
from shared.core.scenario import GeneratorOptions
from shared.core.text_cleaning import clean

# Cleaned texts (rows, 1) and label positions (rows,).
Corpus = tuple[np.ndarray, np.ndarray]


def _corpus(rows: int, seed: int) -> Corpus:
    known = frozenset(stop_words())
    table = generate(rows, seed, GeneratorOptions())["raw_train"]
    texts = [[clean(text, known)] for text in table["text"].to_pylist()]
    return np.array(texts, dtype=object), table["target"].to_numpy()


@pytest.fixture(scope="package")
def taught() -> Corpus:
    """What candidates learn from."""
    return _corpus(400, 1)


@pytest.fixture(scope="package")
def unseen() -> Corpus:
    """What they are judged on, and texts nobody expects."""
    X, y = _corpus(200, 2)
    odd = np.array([[""], ["zzz qqq"], ["space " * 300], ["übung space graphics"]], dtype=object)
    return np.concatenate([X, odd]), np.concatenate([y, [0, 0, 2, 2]])


@pytest.fixture(scope="package")
def fitted(taught: Corpus) -> Sequence[Fitted]:
    """Every classical candidate."""
    return fit_text(CLASSICAL, *taught, 4, profile="demo", seed=1, report=lambda _said, _done: None)
