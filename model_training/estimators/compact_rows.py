"""Encoded rows of which each cell of a category takes one byte: a quarter of the float32 matrix that they stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from model_training.export.preprocess import Preprocess

# So many rows are float32 at once: they stay in the cache of a core.
_BLOCK = 1 << 11
# A product with fewer columns of categories, or less of them all, is not faster in blocks.
_LEAST_COLUMNS, _LEAST_BYTES = 64, 32 << 20
# So many rows a BLAS adds up before it adds their sum to what it has.
_GROUP = 8


@dataclass(frozen=True, slots=True)
class CompactRows:
    """The float32 matrix (rows, width): `numbers` (rows, N), then `hot` (rows, width - N), true where a category is.

    It is multiplied block by block, and rounds as the whole matrix does on one thread of OpenBLAS on x86-64.
    """

    numbers: np.ndarray
    hot: np.ndarray

    @property
    def dtype(self) -> np.dtype[Any]:
        """What its products are made of."""
        return np.dtype(np.float32)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the matrix."""
        return len(self.hot), self.numbers.shape[1] + self.hot.shape[1]

    @property
    def T(self) -> _Columns:  # noqa: N802 - the name of arrays
        """The transposed matrix, to be multiplied."""
        return _Columns(self)

    def __matmul__(self, weights: np.ndarray) -> np.ndarray:
        """The products of the rows with float32 weights (width,)."""
        found: np.ndarray = np.empty(len(self.hot), np.float32)
        block = np.empty((_BLOCK, self.shape[1]), np.float32)
        for start in range(0, len(found), _BLOCK):
            part = found[start : start + _BLOCK]
            self.fill(block[: len(part)], start)
            np.matmul(block[: len(part)], weights, out=part)
        return found

    def fill(self, block: np.ndarray, start: int) -> None:
        """Write the rows from `start` on into a float32 block (rows, width)."""
        end, numbers = start + len(block), self.numbers.shape[1]
        block[:, :numbers] = self.numbers[start:end]
        block[:, numbers:] = self.hot[start:end]


@dataclass(frozen=True, slots=True)
class _Columns:
    """The transposed matrix of compact rows."""

    rows: CompactRows

    def __matmul__(self, values: np.ndarray) -> np.ndarray:
        """The sums of each column times float32 values (rows,).

        What the blocks before add up to is the first row of the next block, alone in its group: so all is one sum.
        """
        block = np.zeros((_GROUP + _BLOCK, self.rows.shape[1]), np.float32)
        factors: np.ndarray = np.zeros(_GROUP + _BLOCK, np.float32)
        factors[0] = 1
        found: np.ndarray = np.zeros(self.rows.shape[1], np.float32)
        for start in range(0, len(values), _BLOCK):
            part = values[start : start + _BLOCK]
            end = _GROUP + len(part)
            self.rows.fill(block[_GROUP:end], start)
            block[0], factors[_GROUP:end] = found, part
            np.matmul(block[:end].T, factors[:end], out=found)
        return found


def pays(preprocess: Preprocess, rows: int) -> bool:
    """Whether so many encoded rows are large enough to be kept compact."""
    return len(preprocess.pairs) >= _LEAST_COLUMNS and 4 * rows * preprocess.width >= _LEAST_BYTES


def compact(preprocess: Preprocess, X: np.ndarray) -> CompactRows:
    """float32 (rows, F), encoded with a column for each category."""
    numbers = np.empty((len(X), len(preprocess.plain)), np.float32)
    hot = np.empty((len(X), len(preprocess.pairs)), np.bool_)
    for start, ready in preprocess.ready(X):
        end = start + len(ready)
        numbers[start:end] = ready[:, preprocess.plain]
        hot[start:end] = preprocess.is_hot(ready)
    return CompactRows(numbers, hot)
