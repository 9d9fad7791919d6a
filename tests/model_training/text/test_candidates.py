"""Fifteen candidates by name, each answering as scikit-learn does."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from sklearn.neighbors import NearestCentroid

from model_training.export.graph import run
from model_training.text.candidates import Centroids
from model_training.text.fit import Fitted, fit_text
from model_training.text.names import CLASSICAL
from shared.core.errors import Quarantined

Corpus = tuple[np.ndarray, np.ndarray]


def _quiet(_said: str, _done: float) -> None:
    """Nobody watches."""


def _reference(candidate: Any, X: np.ndarray, taught: Corpus) -> np.ndarray:
    """The classes scikit-learn itself names."""
    if not isinstance(candidate.model, Centroids):
        return np.asarray(candidate.model.predict(candidate.vocabulary.matrix(X)))
    with warnings.catch_warnings():
        # It warns about words that one class alone uses.
        warnings.simplefilter("ignore")
        reference = NearestCentroid().fit(candidate.vocabulary.matrix(taught[0]), taught[1])
    return np.asarray(reference.predict(candidate.vocabulary.matrix(X)))


def test_all_fifteen_compete_in_the_declared_order(fitted: Sequence[Fitted]) -> None:
    """Whoever is done first: the order is that of the names."""
    assert tuple(candidate.name for candidate in fitted) == CLASSICAL
    assert len(CLASSICAL) == 15


@pytest.mark.parametrize("position", range(15), ids=CLASSICAL)
def test_the_largest_probability_is_the_class_of_the_estimator(
    fitted: Sequence[Fitted], taught: Corpus, unseen: Corpus, position: int
) -> None:
    """Also for those that know only scores; rows add up to 1, and most classes are right."""
    answered = fitted[position].predict(unseen[0])
    assert (answered.argmax(axis=1) == _reference(fitted[position], unseen[0], taught)).all()
    assert answered.sum(axis=1) == pytest.approx(1)
    assert (answered >= 0).all()
    assert (answered.argmax(axis=1) == unseen[1]).mean() > 0.6


def test_two_classes(taught: Corpus, unseen: Corpus) -> None:
    """scikit-learn has one column of scores then, the answer and the graph have two."""
    X, y = taught[0], (taught[1] == 2).astype(np.int64)
    for candidate in fit_text(CLASSICAL, X, y, 2, profile="demo", seed=1, report=_quiet):
        answered = candidate.predict(unseen[0])
        assert answered.shape == (len(unseen[0]), 2)
        assert (answered.argmax(axis=1) == _reference(candidate, unseen[0], (X, y))).all()
        if candidate.name != "knn":
            assert np.abs(run(candidate.to_onnx(), unseen[0]) - answered).max() <= 1e-5


def test_a_class_without_texts_is_quarantined(taught: Corpus) -> None:
    """Three of four classes: the sentence says which one is missing."""
    rows = taught[1] != 1
    with pytest.raises(Quarantined, match="No training text belongs to class 1; accepted: texts of all 4 classes"):
        fit_text(CLASSICAL, taught[0][rows], taught[1][rows], 4, profile="demo", seed=1, report=_quiet)


_DIGESTS = """
import hashlib, numpy
from model_training.text.fit import fit_text
from model_training.text.names import CLASSICAL
random = numpy.random.default_rng(1)
y = random.integers(0, 3, 90)
words = numpy.array([f"{a}{b}" for a in "bcdfgh" for b in "aeiou"], dtype=object)
X = numpy.array([[" ".join(random.choice(words[10 * k:][:15], 12))] for k in y], dtype=object)
fitted = fit_text(CLASSICAL, X, y, 3, profile="demo", seed=1, report=print)
for one in fitted:
    print(one.name, hashlib.sha256(one.to_onnx() if one.name != "knn" else one.predict(X).tobytes()).hexdigest())
"""


@pytest.mark.slow
def test_the_number_of_cores_changes_no_text_model() -> None:
    """One core or four: every candidate's ONNX bytes are the same."""
    outputs = []
    for count in ("1", "4"):
        environ = os.environ | {"PYTHON_CPU_COUNT": count, "OMP_NUM_THREADS": count, "OPENBLAS_NUM_THREADS": count}
        found = subprocess.run(
            [sys.executable, "-c", _DIGESTS], env=environ, capture_output=True, text=True, check=True
        )
        outputs.append(found.stdout.splitlines())
    assert len(outputs[0]) == 15
    assert outputs[0] == outputs[1]
