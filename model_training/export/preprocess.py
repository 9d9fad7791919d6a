"""The preprocessing before an estimator: imputation, min-max scaling, one column per category.

It is defined twice on purpose, in numpy and as ONNX nodes, from the same float32 constants: both do the same float32
operations in the same order, so their results are equal to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import DTypeLike

from shared.training.input_contract import InputContract

if TYPE_CHECKING:
    import onnx

# Numbers are cut at so many ranges outside the training range, so that no sum overflows.
_FAR = 8.0
_BLOCK = 1 << 13


@dataclass(frozen=True, slots=True)
class Preprocess:
    """Float32 constants per feature (F,), and the (feature, code) pairs that become columns."""

    fill: np.ndarray
    offset: np.ndarray
    scale: np.ndarray
    low: np.ndarray
    high: np.ndarray
    plain: np.ndarray
    pairs: np.ndarray

    @property
    def width(self) -> int:
        """How many columns the result has."""
        return len(self.plain) + len(self.pairs)

    def apply(self, X: np.ndarray, order: Literal["C", "F"] | None = None, dtype: DTypeLike = np.float32) -> np.ndarray:
        """float32 (rows, F) to float32 (rows, width), in blocks: what is between them is never there for all rows.

        Without an order the columns of categories lie one after the other: a sum over them rounds by their order.
        Another dtype holds the same float32 numbers.
        """
        usual: Literal["C", "F"] = "F" if len(self.pairs) else "C"
        width = self.width if len(self.pairs) else X.shape[1]
        Z: np.ndarray = np.empty((len(X), width), dtype, order=order or usual)
        for start, ready in self.ready(X):
            self._fill(Z[start : start + _BLOCK], ready)
        return Z

    def ready(self, X: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
        """Blocks of rows, filled, scaled and cut (rows, F), each with the number of its first row."""
        for start in range(0, len(X), _BLOCK):
            block = X[start : start + _BLOCK]
            filled = np.where(np.isnan(block), self.fill, block)
            # A value far outside the range may be infinite before it is cut.
            with np.errstate(over="ignore"):
                scaled = (filled - self.offset) * self.scale
            yield start, np.minimum(np.maximum(scaled, self.low), self.high)

    def is_hot(self, ready: np.ndarray) -> np.ndarray:
        """Which category the rows of a block of `ready` have (rows, pairs)."""
        return np.asarray(ready[:, self.pairs[:, 0]] == self.pairs[:, 1].astype(np.float32))

    def _fill(self, Z: np.ndarray, ready: np.ndarray) -> None:
        if not len(self.pairs):
            Z[:] = ready
            return
        Z[:, : len(self.plain)] = ready[:, self.plain]
        Z[:, len(self.plain) :] = self.is_hot(ready)

    def nodes(self, source: str, target: str) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
        """The same operations as ONNX nodes from tensor `source` to tensor `target`, with their constants."""
        from onnx.helper import make_node

        steps = [
            make_node("IsNaN", [source], ["prepare_missing"]),
            make_node("Where", ["prepare_missing", "prepare_fill", source], ["prepare_filled"]),
            make_node("Sub", ["prepare_filled", "prepare_offset"], ["prepare_shifted"]),
            make_node("Mul", ["prepare_shifted", "prepare_scale"], ["prepare_scaled"]),
            make_node("Max", ["prepare_scaled", "prepare_low"], ["prepare_raised"]),
            make_node("Min", ["prepare_raised", "prepare_high"], ["prepare_ready" if len(self.pairs) else target]),
        ]
        constants = {"fill": self.fill, "offset": self.offset, "scale": self.scale, "low": self.low, "high": self.high}
        if len(self.pairs):
            steps += _one_hot_nodes(target)
            constants |= {"plain": self.plain, "which": self.pairs[:, 0], "code": self.pairs[:, 1].astype(np.float32)}
        return steps, _tensors(constants)


def fit_preprocess(X: np.ndarray, contract: InputContract, *, one_hot: bool) -> Preprocess:
    """Constants from the training rows (rows, F): median, minimum and range of each number; categories stay codes.

    A number without any value is filled with 0; one without range is only shifted.
    """
    number = np.array([feature.kind == "number" for feature in contract.features])
    fill = np.where(number, _median(X), -1).astype(np.float32)
    lowest, highest = _limits(X, fill)
    span = np.where(highest > lowest, highest - lowest, 1).astype(np.float32)
    sizes = np.array([len(feature.values) for feature in contract.features], dtype=np.float32)
    return Preprocess(
        fill=fill,
        offset=np.where(number, lowest, 0).astype(np.float32),
        scale=np.where(number, np.float32(1) / span, 1).astype(np.float32),
        low=np.where(number, -_FAR, -1).astype(np.float32),
        high=np.where(number, _FAR, sizes).astype(np.float32),
        plain=np.flatnonzero(number) if one_hot else np.arange(len(number)),
        pairs=_pairs(contract if one_hot else None),
    )


def _limits(X: np.ndarray, fill: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The smallest and the largest value of each column, where missing ones are filled."""
    columns = [np.where(np.isnan(X[:, j]), fill[j], X[:, j]) for j in range(X.shape[1])]
    return np.array([column.min() for column in columns]), np.array([column.max() for column in columns])


def _median(X: np.ndarray) -> np.ndarray:
    return np.array([_middle(X[:, j]) for j in range(X.shape[1])])


def _middle(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return np.median(known) if len(known) else 0.0


def _pairs(contract: InputContract | None) -> np.ndarray:
    features: Sequence[tuple[int, int]] = []
    if contract is not None:
        features = [(j, len(feature.values)) for j, feature in enumerate(contract.features)]
    return np.array([(j, code) for j, size in features for code in range(size)], dtype=np.int64).reshape(-1, 2)


def _one_hot_nodes(target: str) -> list[onnx.NodeProto]:
    from onnx import TensorProto
    from onnx.helper import make_node

    return [
        make_node("Gather", ["prepare_ready", "prepare_plain"], ["prepare_numbers"], axis=1),
        make_node("Gather", ["prepare_ready", "prepare_which"], ["prepare_codes"], axis=1),
        make_node("Equal", ["prepare_codes", "prepare_code"], ["prepare_same"]),
        make_node("Cast", ["prepare_same"], ["prepare_hot"], to=TensorProto.FLOAT),
        make_node("Concat", ["prepare_numbers", "prepare_hot"], [target], axis=1),
    ]


def _tensors(constants: dict[str, np.ndarray]) -> list[onnx.TensorProto]:
    from onnx.numpy_helper import from_array

    return [from_array(np.ascontiguousarray(value), f"prepare_{name}") for name, value in constants.items()]
