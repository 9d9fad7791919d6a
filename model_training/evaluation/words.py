"""The words with the largest weight for a class, read from the graph of a linear text model."""

from __future__ import annotations

from typing import Any

import numpy as np

WORDS = 15


def top_words(onnx: bytes, labels: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
    """For each label the words of the largest weight, largest first; empty when the graph is not linear in words."""
    from onnx import ModelProto
    from onnx.numpy_helper import to_array

    graph = ModelProto.FromString(onnx).graph
    weights = {tensor.name: tensor for tensor in graph.initializer if tensor.name in {"W0", "W1"}}
    pools = [each for node in graph.node for each in node.attribute if each.name == "pool_strings"]
    if set(weights) != {"W0"} or not pools:
        return {}
    W, words = np.asarray(to_array(weights["W0"])), [word.decode() for word in pools[0].strings]
    orders = np.argsort(-W, axis=0, kind="stable")[:WORDS]
    return {
        label: [{"word": words[row], "weight": float(W[row, at])} for row in orders[:, at]]
        for at, label in enumerate(labels)
    }
