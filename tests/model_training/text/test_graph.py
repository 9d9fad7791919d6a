"""Text models as ONNX: the same answers from a cleaned string, whatever it is and whoever stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import onnx
import pytest

from model_training.export.graph import run
from model_training.text.fit import Fitted
from model_training.text.graph import network_graph
from model_training.text.names import CLASSICAL, LABELS
from model_training.text.vocabulary import fit_vocabulary, stop_words
from shared.adapters.onnx.inspection import inspect
from shared.core.errors import Refused
from shared.training.input_contract import Feature, InputContract

Corpus = tuple[np.ndarray, np.ndarray]
DEPLOYABLE = [name for name in CLASSICAL if name != "knn"]


def _named(fitted: Sequence[Fitted], name: str) -> Fitted:
    return next(candidate for candidate in fitted if candidate.name == name)


@pytest.mark.parametrize("name", DEPLOYABLE)
def test_the_graph_answers_like_the_estimator(fitted: Sequence[Fitted], unseen: Corpus, name: str) -> None:
    """No class differs, no probability by more than 1e-5: unseen posts, no words, unknown words, a word 300 times."""
    candidate = _named(fitted, name)
    expected, answered = candidate.predict(unseen[0]), run(candidate.to_onnx(), unseen[0])
    assert answered.dtype == np.float32
    assert (expected.argmax(axis=1) == answered.argmax(axis=1)).all()
    assert np.abs(expected - answered).max() <= 1e-5


@pytest.mark.parametrize("name", ["multinomial_nb", "bernoulli_nb", "random_forest"])
def test_a_text_is_answered_the_same_alone(fitted: Sequence[Fitted], unseen: Corpus, name: str) -> None:
    """Longer texts beside it pad its words, and that changes nothing; an empty text may stand alone; so may none."""
    graph = _named(fitted, name).to_onnx()
    together = run(graph, unseen[0])
    for row in (0, len(together) - 4, len(together) - 1):
        assert run(graph, unseen[0][row : row + 1])[0] == pytest.approx(together[row], abs=1e-6)
    assert run(graph, np.empty((0, 1), dtype=object)).shape == (0, 4)


@pytest.mark.parametrize("name", DEPLOYABLE)
def test_scoring_accepts_the_graph(fitted: Sequence[Fitted], name: str) -> None:
    """Standard operators only: the same inspection that guards deployment lets it pass."""
    contract = InputContract((Feature("text", "text", stop_words()),), LABELS)
    graph = _named(fitted, name).to_onnx()
    inspect(graph, contract)
    assert {node.domain for node in onnx.load_from_string(graph).graph.node} <= {"", "ai.onnx.ml"}


def test_equal_models_have_equal_bytes(fitted: Sequence[Fitted]) -> None:
    """Exporting twice gives the same file."""
    for name in ("ridge", "random_forest"):
        assert _named(fitted, name).to_onnx() == _named(fitted, name).to_onnx()


def test_neighbours_are_not_deployable(fitted: Sequence[Fitted]) -> None:
    """They are tracked like the others, and say in a sentence why there is no graph."""
    with pytest.raises(Refused, match=r"knn compares every text with all 320 training texts.*\(\d+\.\d MB\)"):
        _named(fitted, "knn").to_onnx()


def test_a_network_from_its_weights(taught: Corpus, unseen: Corpus) -> None:
    """Three layers with rectifiers between them, multiplied by hand."""
    vocabulary, random = fit_vocabulary(taught[0]), np.random.default_rng(1)
    sizes = (len(vocabulary.words), 8, 8, 4)
    layers = [
        (random.normal(size=(wide, high)).astype(np.float32), random.normal(size=high).astype(np.float32))
        for wide, high in pairwise(sizes)
    ]
    rows = vocabulary.matrix(unseen[0]).toarray()
    for W, b in layers[:-1]:
        rows = np.maximum(rows @ W + b, 0)
    powers = np.exp(rows @ layers[-1][0] + layers[-1][1])
    answered = run(network_graph(vocabulary, layers), unseen[0])
    assert np.abs(answered - powers / powers.sum(axis=1, keepdims=True)).max() <= 1e-5
