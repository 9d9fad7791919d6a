"""The ONNX nodes before an estimator do what the numpy code does, to the last bit."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from onnxruntime import InferenceSession

from model_training.export.preprocess import Preprocess, fit_preprocess
from shared.training.input_contract import Feature, InputContract

CONTRACT = InputContract(
    (Feature("a", "number"), Feature("c", "category", ("x", "y", "z")), Feature("b", "number"), Feature("k", "number")),
    ("0", "1"),
)


def _rows() -> np.ndarray:
    random = np.random.default_rng(1)
    X = np.column_stack(
        [random.normal(1e3, 10, 500), random.integers(-1, 3, 500), random.lognormal(0, 3, 500), np.full(500, 7.0)]
    ).astype(np.float32)
    X[::9, 0] = np.nan
    return X


def _through_onnx(preprocess: Preprocess, X: np.ndarray) -> np.ndarray:
    nodes, constants = preprocess.nodes("X", "Z")
    shapes = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", None]) for name in ("X", "Z")]
    graph = helper.make_graph(nodes, "g", shapes[:1], shapes[1:], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    onnx.checker.check_model(model)
    return np.asarray(InferenceSession(model.SerializeToString()).run(None, {"X": X})[0])


@pytest.mark.parametrize("one_hot", [False, True])
def test_both_definitions_give_equal_bits(one_hot: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Also for missing, infinite and far values and for categories that were never seen."""
    X = _rows()
    preprocess = fit_preprocess(X, CONTRACT, one_hot=one_hot)
    odd = np.array([[np.nan] * 4, [3e38, -1, -3e38, 0], [-3e38, 2, 3e38, 8], [np.inf, 0, -np.inf, 7]], dtype=np.float32)
    rows = np.concatenate([X, odd])
    expected = preprocess.apply(rows)
    assert expected.shape == (504, preprocess.width)
    assert expected.dtype == np.float32
    assert (_through_onnx(preprocess, rows).view(np.int32) == expected.view(np.int32)).all()
    assert np.isfinite(expected).all()


def test_numbers_are_imputed_and_scaled_to_their_range() -> None:
    """The smallest training value becomes 0, the largest 1, a missing one the median."""
    X = np.array([[0, 0, 1, 7], [10, 1, 1, 7], [np.nan, 2, 1, 7], [5, -1, 1, 7]], dtype=np.float32)
    ready = fit_preprocess(X, CONTRACT, one_hot=False).apply(X)
    assert ready[:, 0].tolist() == [0.0, 1.0, 0.5, 0.5]
    assert ready[:, 1].tolist() == [0.0, 1.0, 2.0, -1.0]
    assert ready[:, 3].tolist() == [0.0] * 4


def test_one_hot_gives_each_known_category_a_column() -> None:
    """Numbers come first; an unknown category is zero everywhere."""
    X = np.array([[0, 0, 1, 7], [10, 2, 1, 7], [5, -1, 1, 7]], dtype=np.float32)
    ready = fit_preprocess(X, CONTRACT, one_hot=True).apply(X)
    assert ready[:, 3:].tolist() == [[1, 0, 0], [0, 0, 1], [0, 0, 0]]


def test_a_number_that_was_always_missing_becomes_zero() -> None:
    """A column without any value in the training rows can be filled all the same."""
    X = _rows()
    X[:, 3] = np.nan
    assert (fit_preprocess(X, CONTRACT, one_hot=False).apply(X)[:, 3] == 0).all()
