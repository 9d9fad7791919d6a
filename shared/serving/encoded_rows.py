"""Rows of a request with the matrix that the request decoder made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.training.input_contract import InputContract

if TYPE_CHECKING:
    import numpy as np

    from shared.training.unlearned.learned_ranges import LearnedRanges


class EncodedRows(Sequence[Mapping[str, Any]]):
    """The rows of a request as a model's matrix under `contract`; a row becomes a mapping only when it is read."""

    __slots__ = ("_cells", "_rows", "contract", "learned", "matrix")

    def __init__(
        self,
        contract: InputContract,
        matrix: np.ndarray,
        rows: Sequence[Any],
        cells: Callable[[Any], Sequence[Any]],
        learned: LearnedRanges | None = None,
    ) -> None:
        """With `learned` nothing in the rows is strange to a model that learned from these ranges."""
        self.contract = contract
        self.matrix = matrix
        self.learned = learned
        self._rows = rows
        self._cells = cells

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: Any) -> Any:
        names = self.contract.names
        if isinstance(index, slice):
            return [dict(zip(names, self._cells(row), strict=True)) for row in self._rows[index]]
        return dict(zip(names, self._cells(self._rows[index]), strict=True))

    def first_cells(self, count: int) -> Iterator[Sequence[Any]]:
        """The values of the first rows as they were sent, in the order of the contract."""
        return map(self._cells, self._rows[:count])

    def fits(self, contract: InputContract) -> bool:
        """Whether a model of that contract can take the matrix."""
        return self.contract is contract or self.contract == contract
