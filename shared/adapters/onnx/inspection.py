"""The inspection of a model: its protobuf is checked before any of it runs.

The reference checker of ONNX accepts endless loops and references to files, so it does not protect us.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterator, Mapping
from typing import TYPE_CHECKING

from shared.adapters.onnx.model import OUTPUT, refuse_foreign
from shared.adapters.onnx.value_sizes import check_sizes
from shared.core.errors import Corrupt, Refused
from shared.core.wording import counted
from shared.training.input_contract import InputContract

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto

# Arithmetic whose time and memory follow from the shapes of its inputs: no control flow and no randomness. Those that
# take a size as an input must not take it from the values of a request (`value_sizes`).
_ARITHMETIC = frozenset(
    """
    Abs Add And ArgMax ArgMin Cast Ceil Clip Concat Constant ConstantOfShape CumSum Div Elu Equal Erf Exp Expand
    Flatten Floor Gather GatherElements GatherND Gelu Gemm Greater GreaterOrEqual Identity IsInf IsNaN
    LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax MatMul Max Mean Min Mod Mul Neg Not OneHot Or PRelu
    Pow Reciprocal ReduceL1 ReduceL2 ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum
    ReduceSumSquare Relu Reshape Round Selu Shape Sigmoid Sign Slice Softmax Softplus Split Sqrt Squeeze Sub Sum
    Tanh Tile TopK Transpose Unsqueeze Where Xor
    """.split()  # noqa: SIM905 - eight lines are easier to read than eighty
)
_LEARNERS = frozenset(
    """
    ArrayFeatureExtractor Binarizer FeatureVectorizer Imputer LabelEncoder LinearClassifier LinearRegressor Normalizer
    OneHotEncoder SVMClassifier SVMRegressor Scaler TreeEnsemble TreeEnsembleClassifier TreeEnsembleRegressor
    """.split()  # noqa: SIM905 - like above
)
ALLOWED = {"": _ARITHMETIC, "ai.onnx": _ARITHMETIC, "ai.onnx.ml": _LEARNERS}
# Further operators of a text model. A result has as many columns as the longest text or the vocabulary.
_TEXT = _ARITHMETIC | frozenset({"StringNormalizer", "StringSplit", "TfIdfVectorizer"})
ALLOWED_OF_TEXT = {"": _TEXT, "ai.onnx": _TEXT, "ai.onnx.ml": _LEARNERS}
# What this runtime knows and what exporters write today.
OPSETS = {"": (7, 23), "ai.onnx": (7, 23), "ai.onnx.ml": (1, 5)}
MAX_BYTES = 512 << 20
# The most elements that one constant operator may create.
MAX_MADE = 1 << 24


def inspect(onnx: bytes, contract: InputContract) -> None:
    """Refused names the operator, tensor, input or output a model may not have; Corrupt when it cannot be read."""
    model = _parse(onnx)
    _check_domains(model)
    for node in _nodes(model.graph):
        _check_node(node, ALLOWED_OF_TEXT if contract.text else ALLOWED)
    for tensor in _tensors(model.graph):
        _check_inside(tensor)
    _check_made(model.graph)
    check_sizes(model.graph)
    _check_input(model.graph, contract)
    _check_output(model.graph, len(contract.labels))


def _parse(onnx: bytes) -> ModelProto:
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # onnx brings it without types
    from onnx import ModelProto

    refuse_foreign(onnx)
    if len(onnx) > MAX_BYTES:
        raise Refused(f"The model has {counted(len(onnx), 'byte')}; at most {MAX_BYTES} are accepted.")
    try:
        model: ModelProto = ModelProto.FromString(onnx)
    except DecodeError as error:
        raise Corrupt("The model file is not readable as ONNX: it is truncated or something else.") from error
    if not model.graph.node:
        raise Corrupt("The model file holds no graph: it is truncated or something else.")
    return model


def _check_domains(model: ModelProto) -> None:
    for opset in model.opset_import:
        if opset.domain not in ALLOWED:
            raise Refused(f"The model imports operators of {opset.domain!r}; accepted: ai.onnx and ai.onnx.ml.")
        low, high = OPSETS[opset.domain]
        if not low <= opset.version <= high:
            named = f"{opset.domain or 'ai.onnx'} {opset.version}"
            raise Refused(f"The model needs operator set {named}; accepted: {low} to {high}.")
    if model.functions:
        raise Refused(f"The model defines its own operator {model.functions[0].name!r}; accepted: none.")


def _check_node(node: NodeProto, allowed: Mapping[str, Container[str]]) -> None:
    if node.op_type not in allowed.get(node.domain, ()):
        named = f"{node.domain or 'ai.onnx'}.{node.op_type}"
        raise Refused(f"The model contains the operator {named}, which is not on the list of accepted operators.")


def _check_inside(tensor: TensorProto) -> None:
    if tensor.data_location != tensor.DEFAULT or tensor.external_data:
        raise Refused(f"The model keeps tensor {tensor.name!r} in another file; all data must be inside the model.")


def _check_made(graph: GraphProto) -> None:
    """Refuse large constants of a constant shape; other shapes are only known in a rehearsal."""
    from onnx import numpy_helper

    constants = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant":
            constants.update((node.output[0], one.t) for one in node.attribute if one.name == "value")
    for node in graph.node:
        if node.op_type == "ConstantOfShape" and node.input[0] in constants:
            size = math.prod(int(one) for one in numpy_helper.to_array(constants[node.input[0]]).ravel())
            if size > MAX_MADE:
                raise Refused(
                    f"The model makes a constant of {counted(size, 'element')}; at most {MAX_MADE} are accepted."
                )


def _nodes(graph: GraphProto) -> Iterator[NodeProto]:
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from _nodes(attribute.g)
            for inner in attribute.graphs:
                yield from _nodes(inner)


def _tensors(graph: GraphProto) -> Iterator[TensorProto]:
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    # Operators with graphs of their own are refused before: there is one level of attributes only.
    for node in graph.node:
        for attribute in node.attribute:
            yield from (attribute.t, *attribute.tensors)
            for sparse in (attribute.sparse_tensor, *attribute.sparse_tensors):
                yield from (sparse.values, sparse.indices)


def _check_input(graph: GraphProto, contract: InputContract) -> None:
    from onnx import TensorProto

    kind, words = (TensorProto.STRING, "string") if contract.text else (TensorProto.FLOAT, "float32")
    width = len(contract.features)
    constants = {tensor.name for tensor in graph.initializer}
    inputs = [value for value in graph.input if value.name not in constants]
    if len(inputs) != 1 or not _is_matrix(inputs[0], width, kind):
        found = ", ".join(map(_described, inputs)) or "nothing"
        raise Refused(f"The model takes {found}; its contract says one {words} matrix [rows, {width}].")


def _check_output(graph: GraphProto, width: int) -> None:
    from onnx import TensorProto

    outputs = {value.name: value for value in graph.output}
    if OUTPUT not in outputs or not _is_matrix(outputs[OUTPUT], width, TensorProto.FLOAT):
        found = ", ".join(map(_described, outputs.values())) or "nothing"
        raise Refused(f"The model returns {found}; its contract says {OUTPUT}: float32 [rows, {width}].")


def _is_matrix(value: ValueInfoProto, width: int, kind: int) -> bool:
    tensor = value.type.tensor_type
    sizes = tensor.shape.dim
    # A fixed number of rows would run for some requests and fail for others.
    fits = len(sizes) == 2 and not sizes[0].dim_value and sizes[1].dim_value == width  # noqa: PLR2004 - rows, columns
    return fits and tensor.elem_type == kind


def _described(value: ValueInfoProto) -> str:
    from onnx import TensorProto

    tensor = value.type.tensor_type
    sizes = ", ".join(str(size.dim_value or size.dim_param or "any") for size in tensor.shape.dim)
    return f"{value.name}: {TensorProto.DataType.Name(tensor.elem_type).lower()} [{sizes}]"
