"""Rows of a request that became a model's matrix while they were read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.training.input_contract import InputContract

if TYPE_CHECKING:
    import numpy as np


class EncodedRows(Sequence[Mapping[str, Any]]):
    """The rows, and the matrix they are under `contract`; as mappings only for whoever looks, and few do."""

    def __init__(
        self, contract: InputContract, matrix: np.ndarray, rows: Sequence[Any], cells: Callable[[Any], Sequence[Any]]
    ) -> None:
        self.contract = contract
        self.matrix = matrix
        self._rows = rows
        self._cells = cells

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: Any) -> Any:
        names = self.contract.names
        if isinstance(index, slice):
            return [dict(zip(names, self._cells(row), strict=True)) for row in self._rows[index]]
        return dict(zip(names, self._cells(self._rows[index]), strict=True))

    def fits(self, contract: InputContract) -> bool:
        """Whether the matrix is what a model of that contract takes."""
        return self.contract is contract or self.contract == contract
