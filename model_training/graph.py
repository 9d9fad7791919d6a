"""One ONNX graph for the whole pipeline: float32 `X` in, float32 `probabilities` out, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from model_training.estimators import INPUT, OPSET
from model_training.preprocess import Preprocess

if TYPE_CHECKING:
    import onnx

MATRIX = "X"
ANSWER = "probabilities"


def join(preprocess: Preprocess, estimator: Any, features: int, classes: int) -> bytes:
    """The serialised graph X (rows, features) -> probabilities (rows, classes); equal parts give equal bytes."""
    import onnx
    from onnx import TensorProto, helper

    front, constants = preprocess.nodes(MATRIX, INPUT)
    nodes = [*front, *_needed(_renamed(estimator.graph.node, estimator.graph.output[-1].name))]
    graph = helper.make_graph(
        nodes,
        "pipeline",
        [helper.make_tensor_value_info(MATRIX, TensorProto.FLOAT, ["rows", features])],
        [helper.make_tensor_value_info(ANSWER, TensorProto.FLOAT, ["rows", classes])],
        [*constants, *_used(estimator.graph.initializer, nodes)],
    )
    opsets = [helper.make_opsetid(domain, version) for domain, version in OPSET.items()]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8, producer_name="model_training")
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def run(onnx_bytes: bytes, X: np.ndarray) -> np.ndarray:
    """float32 (rows, features) through the graph to float32 probabilities (rows, classes)."""
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = 1
    session = InferenceSession(onnx_bytes, options, providers=["CPUExecutionProvider"])
    return np.asarray(session.run([ANSWER], {MATRIX: X})[0])


def _renamed(nodes: Any, answer: str) -> list[onnx.NodeProto]:
    """Copies of the nodes in which the tensor `answer` is called ANSWER."""
    copies = []
    for node in nodes:
        copied = type(node)()
        copied.CopyFrom(node)
        copied.input[:] = [ANSWER if name == answer else name for name in node.input]
        copied.output[:] = [ANSWER if name == answer else name for name in node.output]
        copies.append(copied)
    return copies


def _needed(nodes: list[onnx.NodeProto]) -> list[onnx.NodeProto]:
    """The nodes that ANSWER depends on, in their order: what only made the label is left out."""
    wanted, kept = {ANSWER}, []
    for node in reversed(nodes):
        if wanted.intersection(node.output):
            kept.append(node)
            wanted.update(node.input)
    return kept[::-1]


def _used(tensors: Any, nodes: list[onnx.NodeProto]) -> list[onnx.TensorProto]:
    names = {name for node in nodes for name in node.input}
    return [tensor for tensor in tensors if tensor.name in names]
