"""The range of each number that a model learned from, and which values lie far outside of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import gt, lt
from typing import TYPE_CHECKING, Any

import numpy as np

from shared.training.input_contract import InputContract

if TYPE_CHECKING:
    from shared.training.unlearned.extremes import Extremes

# Up to this many rows a loop is faster than arrays, which take long to begin.
_FEW = 4
# A thousands mark that is read as a decimal point, or the other way round.
_MARK = 1000.0


def ranges_of(matrix: np.ndarray, contract: InputContract) -> dict[str, list[float]]:
    """The least and the largest value of each number in the matrix (rows, features); none for a column without one."""
    found = {}
    for position, feature in enumerate(contract.features):
        if feature.kind == "number":
            values = matrix[:, position]
            finite = values[np.isfinite(values)]
            if len(finite):
                found[feature.name] = [float(finite.min()), float(finite.max())]
    return found


def numbers_of(rows: Sequence[Mapping[str, Any]], contract: InputContract) -> np.ndarray:
    """The numbers of rows that a model takes as a matrix (rows, features), NaN for all else."""
    kinds = [(feature.name, feature.kind == "number") for feature in contract.features]
    cells = [[row[name] if number and row[name] is not None else math.nan for name, number in kinds] for row in rows]
    return np.array(cells, dtype=np.float32).reshape(len(rows), len(kinds))


@dataclass(frozen=True)
class LearnedRanges:
    """By number the (least, largest) value that a model learned from; empty of a model that does not say."""

    contract: InputContract
    ranges: Mapping[str, tuple[float, float]]

    @cached_property
    def limits(self) -> tuple[np.ndarray, np.ndarray]:
        """Of each feature the limits beyond which a value is far: one whole width of the range below and above it."""
        low, high = np.full(len(self.contract.features), -np.inf), np.full(len(self.contract.features), np.inf)
        for position, feature in enumerate(self.contract.features):
            least, largest = self.ranges.get(feature.name, (-math.inf, math.inf))
            width = largest - least or abs(largest) or math.inf
            low[position], high[position] = least - width, largest + width
        return low.astype(np.float32), high.astype(np.float32)

    @property
    def listed_limits(self) -> tuple[list[float], list[float]]:
        """The same as Python's numbers."""
        low, high = self.limits
        return low.tolist(), high.tolist()

    def is_strange(self, matrix: np.ndarray) -> bool:
        """Whether the encoded rows hold a far number, or a category that is unknown or missing."""
        if len(matrix) <= _FEW:
            low, high = self._listed
            return any(any(map(lt, row, low)) or any(map(gt, row, high)) for row in matrix.tolist())
        least, largest = self._screen
        return bool(((matrix < least) | (matrix > largest)).any())

    @cached_property
    def _listed(self) -> tuple[list[float], list[float]]:
        low, high = self._screen
        return low.tolist(), high.tolist()

    @cached_property
    def _screen(self) -> tuple[np.ndarray, np.ndarray]:
        """The limits, with 0 as the least code of a category."""
        low, high = self.limits
        categories = [feature.kind == "category" for feature in self.contract.features]
        return np.where(categories, np.float32(0), low), high

    def far(self, matrix: np.ndarray, within: Extremes | None = None) -> dict[str, int]:
        """How many values of each number lie far outside its range; numbers without one are left out.

        `within` are the matrix's extremes where they are known.
        """
        if not self.ranges or matrix.dtype == object:
            return {}
        low, high = self.limits
        if within is not None and within.are_within(low, high):
            return {}
        beyond = (matrix < low) | (matrix > high)
        if not beyond.any():
            return {}
        counts = beyond.sum(axis=0).tolist()
        return {feature.name: rows for feature, rows in zip(self.contract.features, counts, strict=True) if rows}

    def marked(self, name: str, values: np.ndarray) -> bool:
        """Whether the far values look like numbers of the range with a misread thousands mark."""
        least, largest = self.ranges[name]
        position = self.contract.names.index(name)
        low, high = (limit[position] for limit in self.limits)
        lost = values[(values < low) | (values > high)]
        scaled = (lost * _MARK, lost / _MARK)
        return bool(len(lost)) and any(bool(((one >= least) & (one <= largest)).all()) for one in scaled)
