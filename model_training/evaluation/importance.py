"""Permutation importance, measured on the graph: how much worse it answers when one input is shuffled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from model_training.export.graph import run
from shared.training.intervals import BootstrapComparison
from shared.training.metrics import LARGER_IS_BETTER, score

ROWS, REPEATS = 1_000, 3
# So many float32 values go through the graph at once: 32 MB.
_VALUES = 8_000_000


def permutation(
    onnx: bytes, X: np.ndarray, bootstrap: BootstrapComparison, names: tuple[str, ...]
) -> list[dict[str, Any]]:
    """By how much the metric gets worse when the values of an input are shuffled among the rows; largest first.

    X is (rows, inputs), of which at most ROWS rows are drawn. `loss` is the mean of REPEATS shuffles, `from` and `to`
    are the smallest and the largest. After Breiman (2001). ValueError when the drawn rows cannot show the metric.
    """
    random = np.random.default_rng(bootstrap.seed)
    rows = np.sort(random.permutation(len(X))[:ROWS])
    part, actual = X[rows], bootstrap.actual[rows]
    orders = np.stack([random.permutation(len(part)) for _ in range(REPEATS)])
    sign = 1 if LARGER_IS_BETTER[bootstrap.metric] else -1
    whole = score(bootstrap.task, bootstrap.metric, actual, run(onnx, part))
    losses_by_input = []
    for name, answers in zip(names, _shuffled(onnx, part, orders), strict=True):
        losses = [sign * (whole - score(bootstrap.task, bootstrap.metric, actual, each)) for each in answers]
        losses_by_input.append({"input": name, "loss": float(np.mean(losses)), "from": min(losses), "to": max(losses)})
    return sorted(losses_by_input, key=lambda line: -line["loss"])


def _shuffled(onnx: bytes, X: np.ndarray, orders: np.ndarray) -> Iterator[np.ndarray]:
    """For each column the answers (repeats, rows, columns of the answer) when only that column is shuffled."""
    repeats, (rows, width) = len(orders), X.shape
    together = max(_VALUES // (repeats * rows * width), 1)
    for first in range(0, width, together):
        columns = range(first, min(first + together, width))
        blocks = np.tile(X, (len(columns), repeats, 1, 1))
        for block, column in zip(blocks, columns, strict=True):
            block[:, :, column] = X[orders, column]
        yield from run(onnx, blocks.reshape(-1, width)).reshape(len(columns), repeats, rows, -1)
