"""The deep candidate: its search space everywhere, its training where PyTorch is installed."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest

from model_training.export.graph import run
from model_training.text.deep import SPACE, DeepParams, Logarithmic, absent, fit_deep, space
from model_training.text.vocabulary import fit_vocabulary

TORCH = importlib.util.find_spec("torch") is not None
needs_torch = pytest.mark.skipif(not TORCH, reason="PyTorch is optional and not installed here.")
PARAMS = DeepParams(learning_rate=0.01, epochs=10, batch=20, hidden=30)


class Highest:
    """A trial that always takes the last choice, and remembers what it was offered."""

    def __init__(self) -> None:
        self.offered: dict[str, Any] = {}

    def suggest_float(self, name: str, low: float, high: float, *, log: bool) -> float:
        """The upper end."""
        self.offered[name] = (low, high, log)
        return high

    def suggest_categorical(self, name: str, choices: tuple[int, ...]) -> int:
        """The last one."""
        self.offered[name] = choices
        return choices[-1]


def _texts(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Texts of two classes, told apart by one word in four."""
    random = np.random.default_rng(seed)
    y = random.integers(0, 2, rows)
    own, shared = (["moon", "orbit", "star"], ["pixel", "image", "colour"]), ["post", "write", "people", "year", "talk"]
    words = [[str(random.choice(own[k] if random.random() < 0.25 else shared)) for _ in range(15)] for k in y]
    return np.array([[" ".join(each)] for each in words], dtype=object), y


def test_the_search_space() -> None:
    """Learning rates of every order of magnitude, and the declared epochs, batches and hidden widths."""
    trial = Highest()
    assert space(trial) == DeepParams(learning_rate=1.0, epochs=20, batch=1_000, hidden=400)
    assert trial.offered["learning_rate"] == (1e-5, 1.0, True)
    assert trial.offered["epochs"] == (10, 20)
    assert trial.offered["batch"] == (10, 20, 50, 100, 200, 300, 500, 1_000)
    assert trial.offered["hidden"] == (300, 400)


def test_the_default_lies_in_the_space() -> None:
    """What is used without tuning could have been found by it."""
    default = DeepParams()
    rates = SPACE["learning_rate"]
    assert isinstance(rates, Logarithmic)
    assert rates.low <= default.learning_rate <= rates.high
    for name in ("epochs", "batch", "hidden"):
        choices = SPACE[name]
        assert isinstance(choices, tuple)
        assert getattr(default, name) in choices


def test_whether_it_can_compete_is_a_sentence() -> None:
    """Empty with PyTorch; else what is missing and how to get it."""
    assert (absent() == "") == TORCH
    if not TORCH:
        assert "PyTorch is not installed" in absent()
        assert "environments/deep.txt" in absent()


@needs_torch
def test_it_learns_and_its_graph_agrees() -> None:
    """Nearly all unseen texts are right, and ONNX answers like PyTorch."""
    X, y = _texts(200, 1)
    unseen, truth = _texts(100, 2)
    deep = fit_deep(PARAMS, fit_vocabulary(X), X, y, seed=1)
    answered = run(deep.to_onnx(), unseen)
    assert (answered.argmax(axis=1) == truth).mean() > 0.9
    assert np.abs(deep.predict(unseen) - answered).max() <= 1e-5


@needs_torch
def test_equal_seeds_give_equal_networks() -> None:
    """And other seeds other ones; nobody else's random numbers are touched."""
    import torch

    X, y = _texts(60, 1)
    vocabulary = fit_vocabulary(X)
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    graphs = [fit_deep(PARAMS, vocabulary, X, y, seed=seed).to_onnx() for seed in (1, 1, 2)]
    assert torch.rand(1) == expected
    assert graphs[0] == graphs[1] != graphs[2]


@needs_torch
def test_tuning_watches_every_epoch_and_may_stop() -> None:
    """Accuracy on the held rows after each epoch; what the watcher raises ends the training."""
    X, y = _texts(60, 1)
    seen: list[tuple[int, float]] = []

    def watch(epoch: int, accuracy: float) -> None:
        seen.append((epoch, accuracy))
        if epoch == 3:
            raise StopIteration

    with pytest.raises(StopIteration):
        fit_deep(PARAMS, fit_vocabulary(X), X, y, seed=1, validation=_texts(40, 2), watch=watch)
    assert [epoch for epoch, _ in seen] == [1, 2, 3]
    assert all(0 <= accuracy <= 1 for _, accuracy in seen)
