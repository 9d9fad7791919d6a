"""Compact rows give the products and the model of the matrix that they stand for, in about a quarter of its memory."""

from __future__ import annotations

import platform
from collections.abc import Iterator

import numpy as np
import pytest
from onnxruntime import InferenceSession
from threadpoolctl import threadpool_limits

from model_training.data.rows import Rows
from model_training.estimators.compact_rows import CompactRows, compact, pays
from model_training.estimators.estimator import Goal
from model_training.estimators.linear import logistic
from model_training.estimators.profiles import Effort
from model_training.estimators.tabular import encode_for
from model_training.export.graph import INPUT
from model_training.export.preprocess import fit_preprocess
from shared.training.input_contract import Feature, InputContract

_LEVELS = (2, 30, 50)
_FEATURES = (
    Feature("a", "number"),
    Feature("b", "number"),
    *(Feature(f"c{size}", "category", tuple(map(str, range(size)))) for size in _LEVELS),
)
_CONTRACT = InputContract(_FEATURES, ("no", "yes"))


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """As every fit has: two threads would round another way."""
    with threadpool_limits(1):
        yield


def _same(found: np.ndarray, expected: np.ndarray) -> bool:
    """Bit for bit where the order of a BLAS is known."""
    if platform.machine() in {"x86_64", "AMD64"}:
        return np.array_equal(found, expected)
    return np.allclose(found, expected, rtol=1e-4, atol=1e-4)


def _rows(count: int) -> Rows:
    random = np.random.default_rng(count)
    numbers = random.normal(size=(count, 2))
    codes = [random.integers(-1, size, count) for size in _LEVELS]
    X = np.column_stack([numbers, *codes]).astype(np.float32)
    X[::7, 0] = np.nan
    answers = X[:, 1] + (X[:, 3] % 3) + random.normal(size=count) > 1
    return Rows(X, answers.astype(np.int64), _CONTRACT, "binary")


def _both(rows: Rows) -> tuple[CompactRows, np.ndarray]:
    preprocess = fit_preprocess(rows.X, rows.contract, one_hot=True)
    return compact(preprocess, rows.X), preprocess.apply(rows.X, "C")


@pytest.mark.parametrize("count", [7, 2_048, 2_049, 9_001])
def test_products_are_those_of_the_matrix(count: int) -> None:
    """With weights for the columns, and with factors for the rows: bit for bit, also past the end of a block."""
    few, whole = _both(_rows(count))
    random = np.random.default_rng(1)
    weights = random.normal(size=whole.shape[1]).astype(np.float32)
    factors = random.normal(size=count).astype(np.float32)
    assert few.shape == whole.shape
    assert _same(few @ weights, whole @ weights)
    assert _same(few.T @ factors, whole.T @ factors)


def test_the_model_is_that_of_the_matrix() -> None:
    """The answers are, and the graph answers alike."""
    rows = _rows(5_000)
    few, whole = (logistic(Z, rows.y, Goal(2, Effort(5, 0.2), 1), {"C": 0.3}) for Z in _both(rows))
    X = _both(rows)[1]
    assert _same(few.predict(X), whole.predict(X))
    graph = few.graph(X.shape[1]).SerializeToString()
    session = InferenceSession(graph, providers=["CPUExecutionProvider"])
    assert np.allclose(session.run(None, {INPUT: X})[-1], whole.predict(X), atol=1e-5)


def test_only_rows_for_which_it_pays_are_compact() -> None:
    """Many rows with many categories: others are encoded as one matrix, which is faster."""
    rows = _rows(120_000)
    preprocess = fit_preprocess(rows.X, rows.contract, one_hot=True)
    assert pays(preprocess, len(rows.X))
    assert not pays(preprocess, 50_000)
    assert not pays(fit_preprocess(rows.X, rows.contract, one_hot=False), len(rows.X))
    encoded = encode_for("logistic", rows).Z
    assert isinstance(encoded, CompactRows)
    assert encoded.numbers.nbytes + encoded.hot.nbytes < 0.3 * 4 * len(rows.X) * preprocess.width
    three = InputContract(_FEATURES, ("a", "b", "c"))
    assert isinstance(encode_for("logistic", Rows(rows.X, rows.y, three, "multiclass")).Z, np.ndarray)
