"""A small network over word weights: Linear, rectifier, Linear, rectifier, Linear; trained with PyTorch where it is.

PyTorch is optional (`model_training/environments/deep.txt`). A trained network becomes plain arrays: neither its
ONNX graph nor scoring needs PyTorch.
"""

from __future__ import annotations

import importlib
import importlib.util
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from model_training.text.graph import Layers, network_graph
from model_training.text.names import DEEP
from model_training.text.vocabulary import Vocabulary

# Rows of a prediction at a time: dense arrays have at most this many times the hidden width.
_ROWS = 1_024

Watch = Callable[[int, float], None]


@dataclass(frozen=True, slots=True)
class DeepParams:
    """The parameters that are tuned."""

    learning_rate: float = 1e-3
    epochs: int = 10
    batch: int = 100
    hidden: int = 300


@dataclass(frozen=True, slots=True)
class Logarithmic:
    """A number from `low` to `high`, log-uniform."""

    low: float
    high: float


SPACE: Mapping[str, Logarithmic | tuple[int, ...]] = {
    "learning_rate": Logarithmic(1e-5, 1.0),
    "epochs": (10, 20),
    "batch": (10, 20, 50, 100, 200, 300, 500, 1_000),
    "hidden": (300, 400),
}


def space(trial: Any) -> DeepParams:
    """The parameters an Optuna trial suggests from SPACE."""
    suggested: dict[str, Any] = {}
    for name, choices in SPACE.items():
        if isinstance(choices, Logarithmic):
            suggested[name] = trial.suggest_float(name, choices.low, choices.high, log=True)
        else:
            suggested[name] = trial.suggest_categorical(name, choices)
    return DeepParams(**suggested)


def absent() -> str:
    """Why there is no deep candidate; empty where PyTorch is installed."""
    if importlib.util.find_spec("torch"):
        return ""
    return (
        "deep is left out: PyTorch is not installed; accepted: "
        "pip install -r model_training/environments/deep.txt. The other candidates compete without it."
    )


@dataclass(frozen=True, slots=True)
class Deep:
    """A trained network."""

    vocabulary: Vocabulary
    network: Any
    params: DeepParams
    seconds: float
    name: str = DEEP

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Cleaned texts (rows, 1) to probabilities (rows, K), as PyTorch computes them."""
        return _predict(self.network, self.vocabulary.matrix(X))

    @property
    def layers(self) -> Layers:
        """Weights (in, out) and offsets (out,) of the three layers."""
        first, *others = (value.detach().cpu().numpy() for value in self.network.parameters())
        pairs = zip(others[::2], others[1::2], strict=True)
        return [(first[:-1], first[-1]), *((W.T, b) for W, b in pairs)]

    def to_onnx(self) -> bytes:
        """The graph from a cleaned string to probabilities."""
        return network_graph(self.vocabulary, self.layers)


def fit_deep(
    params: DeepParams,
    vocabulary: Vocabulary,
    X: np.ndarray,
    y: np.ndarray,
    seed: int,
    *,
    validation: tuple[np.ndarray, np.ndarray] | None = None,
    watch: Watch | None = None,
) -> Deep:
    """The network trained on cleaned texts (rows, 1) and label positions (rows,); on the GPU where there is one.

    With `validation` (texts, labels), `watch(epoch, accuracy)` receives the accuracy on them after each epoch, counted
    from 1; an error that `watch` raises ends the training. Equal arguments give equal weights on a CPU.
    """
    started = time.perf_counter()
    Z, random = vocabulary.matrix(X).astype(np.float32), np.random.default_rng(seed)
    held_out = (vocabulary.matrix(validation[0]), validation[1]) if validation else None
    with _one_thread():
        network = _network(Z.shape[1], params.hidden, int(y.max()) + 1, seed)
        # The fused form needs one pass over the weights: a quarter of the time.
        optimizer = _torch().optim.Adam(network.parameters(), lr=params.learning_rate, fused=True)
        for epoch in range(1, params.epochs + 1):
            order = random.permutation(len(y))
            for start in range(0, len(y), params.batch):
                _step(network, optimizer, Z, y, order[start : start + params.batch])
            if held_out and watch:
                watch(epoch, float((_predict(network, held_out[0]).argmax(axis=1) == held_out[1]).mean()))
    return Deep(vocabulary, network, params, time.perf_counter() - started)


def _network(width: int, hidden: int, classes: int, seed: int) -> Any:
    """The untrained network. Its first layer adds up the rows of a text's words; the last row is its offset."""
    torch = _torch()
    nn = torch.nn
    # A forked generator leaves PyTorch's global one unchanged.
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        words = nn.EmbeddingBag(width + 1, hidden, mode="sum", include_last_offset=True)
        nn.init.uniform_(words.weight, -(width**-0.5), width**-0.5)
        others = nn.Sequential(nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, classes))
    return nn.ModuleList([words, others]).to("cuda" if torch.cuda.is_available() else "cpu")


def _step(network: Any, optimizer: Any, Z: Any, y: np.ndarray, rows: np.ndarray) -> None:
    torch = _torch()
    scores = _scores(network, Z[rows])
    loss = torch.nn.functional.cross_entropy(scores, torch.from_numpy(y[rows]).to(scores.device))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def _scores(network: Any, Z: Any) -> Any:
    """The scores (rows, K) of a sparse matrix, each row of which gets the offset's row of weight 1 at its end."""
    from scipy.sparse import csr_matrix, hstack

    torch = _torch()
    words, others = network
    rows = hstack([Z, csr_matrix(np.ones((Z.shape[0], 1)))], format="csr")
    parts = (rows.indices.astype(np.int64), rows.indptr.astype(np.int64), rows.data.astype(np.float32))
    indices, offsets, weights = (torch.from_numpy(part).to(words.weight.device) for part in parts)
    return others(words(indices, offsets, per_sample_weights=weights))


def _predict(network: Any, Z: Any) -> np.ndarray:
    torch = _torch()
    with torch.no_grad():
        blocks = [_scores(network, Z[start : start + _ROWS]).double() for start in range(0, Z.shape[0], _ROWS)]
        return np.concatenate([torch.softmax(block, dim=1).cpu().numpy() for block in blocks])


def _torch() -> Any:
    """PyTorch, typed loosely: the checks of this project run where it is not installed."""
    return importlib.import_module("torch")


@contextmanager
def _one_thread() -> Iterator[None]:
    """Run on one thread, so that the number of cores changes no weight."""
    torch = _torch()
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
