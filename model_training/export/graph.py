"""One ONNX graph for a whole model: `X` in, float32 `probabilities` out, nothing else. Equal parts give equal bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from model_training.export.preprocess import Preprocess

if TYPE_CHECKING:
    import onnx

# Conservative on purpose: every runtime of recent years loads these versions.
OPSET = {"": 15, "ai.onnx.ml": 3}
MATRIX = "X"
# The tensor between preprocessing and estimator.
INPUT = "features"
# So many texts, or other rows, go through a graph or an estimator at once.
_TEXTS, BLOCK = 64, 1 << 14
ANSWER = "probabilities"


@dataclass(frozen=True, slots=True)
class Piece:
    """Nodes with their constants."""

    nodes: Sequence[onnx.NodeProto]
    constants: Sequence[onnx.TensorProto]

    def __add__(self, other: Piece) -> Piece:
        """The nodes and constants of both, in order."""
        return Piece([*self.nodes, *other.nodes], [*self.constants, *other.constants])


def classes(estimator: Any) -> Piece:
    """An estimator's last output, its probabilities (rows, classes), as ANSWER."""
    return _renamed(estimator.graph, "", {estimator.graph.output[-1].name: ANSWER})


def labels(estimators: Sequence[Any]) -> Piece:
    """The probability of class 1 of each estimator, side by side, as ANSWER (rows, labels)."""
    from onnx.helper import make_node
    from onnx.numpy_helper import from_array

    whole = Piece([], [from_array(np.array([1], np.int64), "label_positive")])
    columns = [f"label{number}_column" for number in range(len(estimators))]
    for number, (estimator, column) in enumerate(zip(estimators, columns, strict=True)):
        prefix = f"label{number}_"
        whole += _renamed(estimator.graph, prefix, {INPUT: INPUT})
        answer = prefix + estimator.graph.output[-1].name
        whole += Piece([make_node("Gather", [answer, "label_positive"], [column], axis=1)], [])
    return whole + Piece([make_node("Concat", columns, [ANSWER], axis=1)], [])


def number(estimator: Any, scale: float, offset: float) -> Piece:
    """An estimator's output * scale + offset, in float32, as ANSWER (rows, 1)."""
    from onnx.helper import make_node
    from onnx.numpy_helper import from_array

    answer = _renamed(estimator.graph, "", {estimator.graph.output[-1].name: "answer_standard"})
    nodes = [
        make_node("Mul", ["answer_standard", "answer_scale"], ["answer_scaled"]),
        make_node("Add", ["answer_scaled", "answer_offset"], [ANSWER]),
    ]
    constants = {"answer_scale": scale, "answer_offset": offset}
    tensors = [from_array(np.array([value], np.float32), name) for name, value in constants.items()]
    return answer + Piece(nodes, tensors)


def join(preprocess: Preprocess, back: Piece, features: int, width: int) -> bytes:
    """The serialised graph X (rows, features) -> ANSWER (rows, width): the preprocessing, then `back` from INPUT."""
    from onnx import TensorProto, helper

    matrix = helper.make_tensor_value_info(MATRIX, TensorProto.FLOAT, ["rows", features])
    return _serialised(Piece(*preprocess.nodes(MATRIX, INPUT)) + back, matrix, width)


def average(graphs: Sequence[bytes]) -> bytes:
    """The graph that answers the mean of these graphs' answers to the same X."""
    from onnx import ModelProto
    from onnx.helper import make_node
    from onnx.numpy_helper import from_array

    models = [ModelProto.FromString(graph) for graph in graphs]
    whole = Piece([], [from_array(np.array([1 / len(graphs)], np.float32), "member_share")])
    for position, model in enumerate(models):
        whole += _renamed(model.graph, f"member{position}_", {MATRIX: MATRIX})
    whole, shared = _merged(whole)
    answers = [shared.get(name, name) for name in (f"member{position}_{ANSWER}" for position in range(len(models)))]
    nodes = [make_node("Sum", answers, ["member_sum"]), make_node("Mul", ["member_sum", "member_share"], [ANSWER])]
    width = models[0].graph.output[0].type.tensor_type.shape.dim[1].dim_value
    return _serialised(whole + Piece(nodes, []), models[0].graph.input[0], width, models[0])


def run(onnx_bytes: bytes, X: np.ndarray) -> np.ndarray:
    """X (rows, features) through the graph to float32 answers (rows, columns)."""
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = 1
    session = InferenceSession(onnx_bytes, options, providers=["CPUExecutionProvider"])
    # A graph holds what is between its nodes for all rows that it gets (of texts every word): the answers are the same.
    ends = block_ends(len(X), _TEXTS, 1) if X.dtype == object else block_ends(len(X))
    return np.concatenate([session.run([ANSWER], {MATRIX: X[start:end]})[0] for start, end in ends])


def block_ends(rows: int, size: int = BLOCK, least: int = BLOCK) -> Iterator[tuple[int, int]]:
    """Where blocks of so many rows begin and end; the last one has at least `least`: few rows may round otherwise."""
    starts = [*range(0, max(rows - least + 1, 1), size)]
    return zip(starts, [*starts[1:], rows], strict=True)


def _serialised(whole: Piece, matrix: onnx.ValueInfoProto, width: int, like: onnx.ModelProto | None = None) -> bytes:
    """The model with the nodes that ANSWER depends on; versions of operators and format come from `like`, if given."""
    import onnx
    from onnx import TensorProto, helper

    nodes = _needed(whole.nodes)
    answer = helper.make_tensor_value_info(ANSWER, TensorProto.FLOAT, ["rows", width])
    graph = helper.make_graph(nodes, "pipeline", [matrix], [answer], _used(whole.constants, nodes))
    imported = {opset.domain: opset.version for opset in like.opset_import} if like else OPSET
    opsets = [helper.make_opsetid(domain, version) for domain, version in imported.items()]
    version = like.ir_version if like else 8
    model = helper.make_model(graph, opset_imports=opsets, ir_version=version, producer_name="model_training")
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def _renamed(graph: onnx.GraphProto, prefix: str, names: Mapping[str, str]) -> Piece:
    """Copies of the graph's nodes and constants; a tensor is renamed to `names[tensor]`, else to prefix + tensor."""

    def rename(name: str) -> str:
        # An omitted input has the name "".
        return names.get(name, prefix + name) if name else ""

    nodes = []
    for node in graph.node:
        copied = type(node)()
        copied.CopyFrom(node)
        copied.name = prefix + node.name if node.name else ""
        copied.input[:] = [rename(name) for name in node.input]
        copied.output[:] = [rename(name) for name in node.output]
        nodes.append(copied)
    constants = []
    for tensor in graph.initializer:
        constant = type(tensor)()
        constant.CopyFrom(tensor)
        constant.name = rename(tensor.name)
        constants.append(constant)
    return Piece(nodes, constants)


def _merged(whole: Piece) -> tuple[Piece, Mapping[str, str]]:
    """The piece with equal constants and equal computations only once, and which tensor stands for each left out."""
    same: dict[str, str] = {}
    known: dict[bytes, Sequence[str]] = {}

    def is_first(part: onnx.NodeProto | onnx.TensorProto, outputs: Sequence[str]) -> bool:
        first = known.setdefault(part.SerializeToString(deterministic=True), outputs)
        if first is outputs:
            return True
        same.update(zip(outputs, first, strict=True))
        return False

    constants = [tensor for tensor in whole.constants if is_first(_nameless(tensor), [tensor.name])]
    nodes = []
    for node in whole.nodes:
        node.input[:] = [same.get(name, name) for name in node.input]
        if is_first(_nameless(node), list(node.output)):
            nodes.append(node)
    return Piece(nodes, constants), same


def _nameless[T: (onnx.NodeProto, onnx.TensorProto)](part: T) -> T:
    """A copy without the names that do not change what is computed."""
    copied = type(part)()
    copied.CopyFrom(part)
    copied.ClearField("name")
    if hasattr(copied, "output"):
        copied.ClearField("output")
    return copied


def _needed(nodes: Sequence[onnx.NodeProto]) -> list[onnx.NodeProto]:
    """The nodes that ANSWER depends on, in order; nodes that only compute the predicted label are left out."""
    needed, kept = {ANSWER}, []
    for node in reversed(nodes):
        if needed.intersection(node.output):
            kept.append(node)
            needed.update(node.input)
    return kept[::-1]


def _used(tensors: Sequence[onnx.TensorProto], nodes: Sequence[onnx.NodeProto]) -> list[onnx.TensorProto]:
    names = {name for node in nodes for name in node.input}
    return [tensor for tensor in tensors if tensor.name in names]
