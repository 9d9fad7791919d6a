"""A scenario of texts and a small real model of it, for tests."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from shared.core.scenario import Batch, Column, Scenario, Table
from shared.training.input_contract import Feature, InputContract

WORDS = ("moon", "rocket", "river")
TEXT = InputContract((Feature("text", "text", ("the", "of")),), ("space", "water"))
TEXTS = Scenario(
    "texts",
    "Which subject?",
    (Table("texts", (Column("id", "int"), Column("text", "text"), Column("label", "text"))),),
    "texts",
    "label",
    numeric=(),
    text="text",
    task="multiclass",
    labels=("space", "water"),
    entity=("id",),
    batch=Batch("drops", "texts", ""),
)


def text_graph(*extra: onnx.NodeProto, kind: int = TensorProto.STRING, labels: int = 2) -> bytes:
    """Counts of three words, times weights, as probabilities; the texts are padded to the longest."""
    weights = np.resize(np.array([[2, -2], [2, -2], [-2, 2]], dtype=np.float32), (3, labels))
    axis = numpy_helper.from_array(np.array([1]), "axis")
    nodes = [
        helper.make_node("Squeeze", ["text", "axis"], ["texts"]),
        helper.make_node("StringSplit", ["texts"], ["tokens", "lengths"], delimiter=" "),
        helper.make_node(
            "TfIdfVectorizer",
            ["tokens"],
            ["counts"],
            mode="TF",
            min_gram_length=1,
            max_gram_length=1,
            max_skip_count=0,
            ngram_counts=[0],
            ngram_indexes=[0, 1, 2],
            pool_strings=list(WORDS),
        ),
        helper.make_node("MatMul", ["counts", "weights"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["probabilities"], axis=1),
    ]
    takes = helper.make_tensor_value_info("text", kind, [None, 1])
    gives = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, labels])
    constants = [numpy_helper.from_array(weights, "weights"), axis]
    graph = helper.make_graph([*nodes, *extra], "text", [takes], [gives], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    content: bytes = model.SerializeToString()
    return content
