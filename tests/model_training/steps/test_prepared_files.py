"""A matrix in a file gives the rows of the matrix that was written, and is not kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from model_training.data.rows import Rows
from model_training.steps.prepared_files import FileMatrix
from shared.training.input_contract import Feature, InputContract


@pytest.mark.parametrize("height", [1, 15, 16, 1_001])
def test_rows_of_a_file_are_those_of_the_matrix(height: int, tmp_path: Path) -> None:
    """All of them, none, and some in any order and more than once."""
    X = np.random.default_rng(height).normal(size=(height, 3)).astype(np.float32)
    np.save(tmp_path / "X.npy", X)
    stored = FileMatrix(tmp_path / "X.npy")
    mixed = np.random.default_rng(1).integers(0, height, 2 * height)
    assert np.array_equal(stored.read(), X)
    for rows in (np.arange(height), np.empty(0, np.int64), mixed):
        assert np.array_equal(stored.read(rows), X[rows])


def test_rows_are_taken_when_they_are_asked_for(tmp_path: Path) -> None:
    """Rows of rows, from a file as from memory; what is held is only their numbers and answers."""
    X = np.random.default_rng(2).normal(size=(50, 2)).astype(np.float32)
    np.save(tmp_path / "X.npy", X)
    contract, y = InputContract((Feature("a", "number"), Feature("b", "number")), ("no", "yes")), np.arange(50)
    some, fewer = np.arange(3, 40), np.array([5, 0, 7])
    for source in (X, FileMatrix(tmp_path / "X.npy")):
        taken = Rows(source, y, contract, "binary").take(some).take(fewer)
        assert taken.source is source
        assert np.array_equal(taken.X, X[some][fewer])
        assert np.array_equal(taken.y, some[fewer])
