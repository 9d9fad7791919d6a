"""Many rows are encoded and answered in blocks: the bits of all rows at once, in far less memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from onnxruntime import InferenceSession, SessionOptions
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # the package has no types

from model_training.data.rows import HeldColumns, Rows, encode_columns
from model_training.estimators.profiles import Effort
from model_training.estimators.tabular import fit_pipeline
from model_training.export.graph import ANSWER, BLOCK, MATRIX, block_ends, run
from model_training.export.preprocess import Preprocess, fit_preprocess
from model_training.steps.prepare import prepare_rows
from model_training.steps.prepared_files import FileColumns, load_prepared, save_prepared
from shared.core.scenario import GeneratorOptions, Scenario, Task
from shared.training.encoding import encode
from shared.training.input_contract import Feature, InputContract

LEVELS = tuple(f"level {number}" for number in range(30))
CONTRACT = InputContract((Feature("a", "number"), Feature("b", "number"), Feature("c", "category", LEVELS)), ("0", "1"))


def matrix(rows: int) -> np.ndarray:
    """Two numbers, some of them missing, and a category."""
    random = np.random.default_rng(rows)
    X = random.normal(size=(rows, 3)).astype(np.float32)
    X[:, 2] = random.integers(-1, len(LEVELS), rows)
    X[::9, 0] = np.nan
    return X


def at_once(preprocess: Preprocess, X: np.ndarray) -> np.ndarray:
    """The encoding written down for all rows."""
    filled = np.where(np.isnan(X), preprocess.fill, X)
    ready = np.clip((filled - preprocess.offset) * preprocess.scale, preprocess.low, preprocess.high)
    if not len(preprocess.pairs):
        return ready
    hot = ready[:, preprocess.pairs[:, 0]] == preprocess.pairs[:, 1].astype(np.float32)
    return np.concatenate([ready[:, preprocess.plain], hot.astype(np.float32)], axis=1)


@pytest.mark.parametrize("one_hot", [False, True])
@pytest.mark.parametrize("rows", [0, 1, 8_192, 8_193, 20_000])
def test_rows_are_encoded_as_all_at_once(rows: int, one_hot: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """To the last bit, and in the order of memory in which sums over columns round as they did."""
    preprocess, X = fit_preprocess(matrix(100), CONTRACT, one_hot=one_hot), matrix(rows)
    found, wanted = preprocess.apply(X), at_once(preprocess, X)
    assert found.tobytes() == wanted.tobytes()
    assert preprocess.apply(X, "C").flags["C_CONTIGUOUS"]
    assert rows < 2 or found.flags["F_CONTIGUOUS"] == wanted.flags["F_CONTIGUOUS"]


@pytest.mark.parametrize(("task", "name"), [("binary", "logistic"), ("binary", "boosting"), ("regression", "ridge")])
@pytest.mark.parametrize("rows", [2 * BLOCK + 1, 3 * BLOCK - 1])
def test_blocks_are_answered_as_all_rows_at_once(task: Task, name: str, rows: int) -> None:
    """By the framework and by the graph, to the last bit, on one thread as in a run."""
    X, few = matrix(rows), matrix(500)
    signal = np.nan_to_num(few[:, 0]) + few[:, 1]
    y, labels = (signal, ()) if task == "regression" else ((signal > 0).astype(np.int64), ("0", "1"))
    contract = InputContract(CONTRACT.features, labels)
    with threadpool_limits(1):
        pipeline = fit_pipeline(name, Rows(few, y, contract, task), Effort(5, 0.2), 1, {})
        assert np.array_equal(pipeline.predict(X), pipeline.answers(at_once(pipeline.preprocess, X)))
    onnx = pipeline.to_onnx()
    options = SessionOptions()
    options.intra_op_num_threads = 1
    session = InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
    assert np.array_equal(run(onnx, X), session.run([ANSWER], {MATRIX: X})[0])


@pytest.mark.parametrize("rows", [0, 1, 99, 100, 101, 199, 200, 201, 1_000])
def test_no_block_is_short_beside_others(rows: int) -> None:
    """Together they are all rows, in order."""
    ends = list(block_ends(rows, 100, 100))
    assert [number for start, end in ends for number in range(start, end)] == list(range(rows))
    assert len(ends) == 1 or all(100 <= end - start < 200 for start, end in ends)


def peak(work: Callable[[], Any]) -> int:
    """The most bytes that were allocated at once while it works, its result included."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_encoding_needs_little_more_than_its_result() -> None:
    """And an answer never all encoded rows: they are ten times as wide."""
    few, X = matrix(500), matrix(200_000)
    pipeline = fit_pipeline(
        "logistic", Rows(few, (few[:, 1] > 0).astype(np.int64), CONTRACT, "binary"), Effort(5, 0.2), 1, {}
    )
    width = pipeline.preprocess.width
    assert width > 30
    encoded = 4 * width * len(X)
    assert peak(lambda: pipeline.preprocess.apply(X)) < 1.2 * encoded
    assert peak(lambda: pipeline.predict(X)) < 0.5 * encoded


def test_prepared_rows_of_a_file_hold_no_raw_column(tmp_path: Path, bank: Scenario) -> None:
    """They are read when they are asked for, all or some, and encode to the same matrix block by block."""
    assert bank.generate is not None
    prepared = prepare_rows(bank.generate(3_000, 1, GeneratorOptions()), bank, 1)
    save_prepared(prepared, tmp_path)
    loaded = load_prepared(tmp_path, bank)
    assert isinstance(loaded.raw, FileColumns)
    assert loaded.raw.names == prepared.raw.names
    assert loaded.raw.read(["age", "job"]) == prepared.frame.select(["age", "job"]).replace_schema_metadata(None)
    assert loaded.frame == prepared.frame.replace_schema_metadata(None)
    for raw in (
        loaded.raw,
        prepared.raw,
        HeldColumns(pa.concat_tables([prepared.frame.slice(0, 9), prepared.frame.slice(9)])),
    ):
        assert np.array_equal(
            encode_columns(raw, loaded.contract), encode(prepared.frame, loaded.contract), equal_nan=True
        )


@pytest.fixture
def bank() -> Scenario:
    """A scenario of numbers and categories."""
    from model_training.scenarios import SCENARIOS

    return SCENARIOS["bank_marketing"]
