"""Text models as ONNX: one cleaned string `X` per row in, float32 `probabilities` out, the vocabulary inside.

Standard operators only. The front of each graph does what the vectorizer does: split, count, weigh, length 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from model_training.text.vocabulary import Vocabulary

if TYPE_CHECKING:
    import onnx

TEXT = "X"
ANSWER = "probabilities"
# StringSplit came with opset 20.
OPSET = {"": 20, "ai.onnx.ml": 3}
_COUNTS, _WEIGHED, _PADDED = "counts", "weighed", "padded_probabilities"

Layers = Sequence[tuple[np.ndarray, np.ndarray]]


def linear_graph(vocabulary: Vocabulary, W: np.ndarray, b: np.ndarray, *, presence: bool = False) -> bytes:
    """The softmax of Z W + b with W (V, K) and b (K,); Z is 1 where a word occurs when `presence`, else its weight."""
    # Softmax ignores a constant that all classes share; without it float32 sums lose less precision.
    layers = [(W - W.mean(axis=1, keepdims=True), b - b.mean())]
    if not presence:
        return network_graph(vocabulary, layers)
    from onnx import TensorProto
    from onnx.helper import make_node

    # Rows are not of length 1 here: sums of hundreds of large weights need doubles to agree with scikit-learn.
    front = [
        make_node("Sign", [_COUNTS], ["present"]),
        make_node("Cast", ["present"], ["present_double"], to=TensorProto.DOUBLE),
    ]
    nodes, constants = _dense("present_double", layers, "probabilities_double")
    back = make_node("Cast", ["probabilities_double"], [_PADDED], to=TensorProto.FLOAT)
    return _model(vocabulary, [*front, *nodes, back], constants, classes=len(b))


def network_graph(vocabulary: Vocabulary, layers: Layers) -> bytes:
    """Softmax of layers ((in, out), (out,)) with a rectifier between each two; the first one takes word weights."""
    nodes, constants = _dense(_WEIGHED, layers, _PADDED)
    constants = _weights(vocabulary) | {name: value.astype(np.float32) for name, value in constants.items()}
    return _model(vocabulary, [*_weigh(), *nodes], constants, classes=len(layers[-1][1]))


def forest_graph(vocabulary: Vocabulary, trees: onnx.NodeProto, classes: int) -> bytes:
    """A TreeEnsembleClassifier over word weights; the node's own names do not matter."""
    node = type(trees)()
    node.CopyFrom(trees)
    node.input[:] = [_WEIGHED]
    node.output[:] = ["label", _PADDED]
    return _model(vocabulary, [*_weigh(), node], _weights(vocabulary), classes)


def _count(vocabulary: Vocabulary) -> list[onnx.NodeProto]:
    """Strings (rows, 1) to word counts (rows + 1, V). The row more is empty: counting accepts no batch without rows."""
    from onnx.helper import make_node

    words = vocabulary.words
    pool: dict[str, Any] = {"ngram_counts": [0], "ngram_indexes": list(range(len(words))), "pool_strings": words}
    single: dict[str, Any] = {"min_gram_length": 1, "max_gram_length": 1, "max_skip_count": 0}
    return [
        make_node("Concat", [TEXT, "no_text"], ["padded"], axis=0),
        make_node("Squeeze", ["padded", "second_axis"], ["texts"]),
        make_node("StringSplit", ["texts"], ["tokens", "lengths"], delimiter=" "),
        make_node("TfIdfVectorizer", ["tokens"], [_COUNTS], mode="TF", **single, **pool),
    ]


def _weigh() -> list[onnx.NodeProto]:
    """Counts to weights: (1 + ln count) idf where a word occurs, rows divided by their length."""
    from onnx.helper import make_node

    return [
        make_node("Max", [_COUNTS, "one"], ["at_least_one"]),
        make_node("Log", ["at_least_one"], ["logarithm"]),
        # The sign is the 1 of 1 + ln count, and 0 where the word does not occur.
        make_node("Sign", [_COUNTS], ["occurs"]),
        make_node("Add", ["logarithm", "occurs"], ["sublinear"]),
        make_node("Mul", ["sublinear", "idf"], ["unscaled"]),
        make_node("ReduceL2", ["unscaled", "second_axis"], ["length"], keepdims=1),
        # A text without known words has length 0 and stays 0.
        make_node("Max", ["length", "tiny"], ["divisor"]),
        make_node("Div", ["unscaled", "divisor"], [_WEIGHED]),
    ]


def _weights(vocabulary: Vocabulary) -> dict[str, np.ndarray]:
    values = {"one": np.array(1), "tiny": np.array(1e-12), "idf": vocabulary.idf}
    return {name: value.astype(np.float32) for name, value in values.items()}


def _dense(source: str, layers: Layers, target: str) -> tuple[list[onnx.NodeProto], dict[str, np.ndarray]]:
    from onnx.helper import make_node

    nodes: list[onnx.NodeProto] = []
    constants: dict[str, np.ndarray] = {}
    for number, (W, b) in enumerate(layers):
        constants |= {f"W{number}": W, f"b{number}": b}
        nodes.append(make_node("MatMul", [source, f"W{number}"], [f"product{number}"]))
        nodes.append(make_node("Add", [f"product{number}", f"b{number}"], [f"sum{number}"]))
        source = f"sum{number}"
        if number < len(layers) - 1:
            nodes.append(make_node("Relu", [source], [f"rectified{number}"]))
            source = f"rectified{number}"
    nodes.append(make_node("Softmax", [source], [target], axis=1))
    return nodes, constants


def _model(
    vocabulary: Vocabulary, nodes: Sequence[onnx.NodeProto], constants: Mapping[str, np.ndarray], classes: int
) -> bytes:
    """The serialised graph; equal parts give equal bytes."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    unpad = helper.make_node("Slice", [_PADDED, "first_row", "last_row"], [ANSWER])
    tensors = [numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in constants.items()]
    graph = helper.make_graph(
        [*_count(vocabulary), *nodes, unpad],
        "text",
        [helper.make_tensor_value_info(TEXT, TensorProto.STRING, ["rows", 1])],
        [helper.make_tensor_value_info(ANSWER, TensorProto.FLOAT, ["rows", classes])],
        [*tensors, *_positions()],
    )
    opsets = [helper.make_opsetid(domain, version) for domain, version in OPSET.items()]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="model_training")
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def _positions() -> list[Any]:
    from onnx import TensorProto, helper, numpy_helper

    integers = {"second_axis": [1], "first_row": [0], "last_row": [-1]}
    tensors = [helper.make_tensor(name, TensorProto.INT64, [1], values) for name, values in integers.items()]
    return [*tensors, numpy_helper.from_array(np.array([[""]], dtype=object), "no_text")]
