"""The least and the largest number of each column of a block, by which nearly every block is known to be harmless."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# So many rows side by side are reduced at once: a row alone is too short for the processor's wide registers.
_SIDE_BY_SIDE = 16


@dataclass(frozen=True, slots=True)
class Extremes:
    """The least and the largest number of each column, float32 (columns,); NaN where a column has none."""

    least: np.ndarray
    largest: np.ndarray

    @property
    def are_finite(self) -> bool:
        """Whether no number is infinite."""
        return not (np.isinf(self.least).any() or np.isinf(self.largest).any())

    def are_within(self, low: np.ndarray, high: np.ndarray) -> bool:
        """Whether no number is below `low` or above `high`, float32 (columns,)."""
        return not ((self.least < low).any() or (self.largest > high).any())


def extremes(matrix: np.ndarray) -> Extremes:
    """The extremes of a float32 matrix (rows, columns), C-contiguous, in which NaN is no number."""
    return Extremes(_reduced(np.fmin, matrix), _reduced(np.fmax, matrix))


def _reduced(extreme: np.ufunc, matrix: np.ndarray) -> np.ndarray:
    rows, columns = matrix.shape
    whole = rows - rows % _SIDE_BY_SIDE
    wide = matrix[:whole].reshape(whole // _SIDE_BY_SIDE, _SIDE_BY_SIDE * columns)
    found = extreme.reduce(wide, axis=0, initial=np.nan).reshape(_SIDE_BY_SIDE, columns)
    return np.asarray(extreme.reduce(np.concatenate([found, matrix[whole:]]), axis=0))
