"""The rows of a request in two forms, and how each becomes the matrix of a model.

Nearly every row holds only what the model learned from: such rows are decoded with their codes, packed, and known not
to be strange. Rows with anything else that the contract allows have a form of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain, starmap
from operator import attrgetter
from struct import Struct as Packing
from typing import Any

import numpy as np
from msgspec import Struct

from shared.core.scenario import Scenario
from shared.serving.request_contract import declared_inputs
from shared.serving.rows.row_types import learned_row_type, row_type
from shared.training.input_contract import CategoryCodes, InputContract
from shared.training.unlearned.learned_ranges import LearnedRanges

# Each costs some microseconds when a process first answers with a model.
_MOST_CATEGORIES = 1000
_Cells = Callable[[Any], Sequence[Any]]


class AnyRows:
    """Rows with any value that the contract allows; each may be missing."""

    # The ranges in which all numbers lie, every category known: these rows may hold anything.
    learned: LearnedRanges | None = None

    def __init__(self, scenario: Scenario, contract: InputContract) -> None:
        self.row = row_type(scenario, [(feature.name, feature.kind) for feature in contract.features])
        self.width = len(contract.names)
        names = self.row.__struct_fields__
        self.cells, self.extras = _getter(names[: self.width]), names[self.width :]
        self._whole = _whole_numbers(scenario, contract)
        coded = [(n, feature) for n, feature in enumerate(contract.features) if feature.kind != "number"]
        self._codes = [(n, CategoryCodes(feature.values)) for n, feature in coded]

    def matrix(self, data: Sequence[Any]) -> np.ndarray:
        """The rows as float32 (rows, features)."""
        # Number by number: numpy takes twice as long for lists in a list.
        cells = chain.from_iterable(map(self._encoded, data))
        return np.fromiter(cells, np.float32, len(data) * self.width).reshape(-1, self.width)

    def has_fractions(self, _data: Sequence[Any], matrix: np.ndarray) -> bool:
        """Whether a number that is declared whole has a fraction, as the model sees it."""
        return bool(self._whole) and _has_fractions(matrix, self._whole)

    def _encoded(self, row: Any) -> list[Any]:
        cells = list(self.cells(row))
        for n, codes in self._codes:
            cells[n] = codes[cells[n]]
        return cells


class LearnedRows:
    """Rows in which every category is known, and no number is missing or far from what the model learned from."""

    def __init__(self, scenario: Scenario, learned: LearnedRanges, row: type[Struct]) -> None:
        self.row = row
        self.learned: LearnedRanges | None = learned
        self.width = len(learned.contract.names)
        names = row.__struct_fields__
        self._values, self.extras = _getter(names[: self.width]), names[self.width :]
        self._coded = [n for n, feature in enumerate(learned.contract.features) if feature.kind == "category"]
        self._pack = Packing(f"{self.width}f").pack
        self._whole = _whole_numbers(scenario, learned.contract)
        self._whole_values = _getter([names[n] for n in self._whole])

    def matrix(self, data: Sequence[Any]) -> np.ndarray:
        """The rows as float32 (rows, features), read-only."""
        # A third of the time that numpy takes for one number after the other.
        if len(data) == 1:
            packed = self._pack(*self._values(data[0]))
        else:
            packed = b"".join(starmap(self._pack, map(self._values, data)))
        return np.ndarray((len(data), self.width), np.float32, packed)

    def has_fractions(self, data: Sequence[Any], matrix: np.ndarray) -> bool:
        """Whether a number that is declared whole has a fraction, as the model sees it."""
        # What is whole as it was sent is whole as float32; to see that takes less time without arrays.
        if not self._whole:
            return False
        sent = chain.from_iterable(map(self._whole_values, data))
        return not all(map(float.is_integer, sent)) and _has_fractions(matrix, self._whole)

    def cells(self, row: Any) -> Sequence[Any]:
        """The values of the model's inputs as they were sent."""
        cells = list(self._values(row))
        for n in self._coded:
            cells[n] = cells[n].text
        return cells


type RowForm = AnyRows | LearnedRows


def form_of_learned(scenario: Scenario, learned: LearnedRanges) -> LearnedRows | None:
    """The form for what the model learned from; None where it knows too many categories, or none of a column."""
    if sum(len(feature.values) for feature in learned.contract.features) > _MOST_CATEGORIES:
        return None
    row = learned_row_type(scenario, learned)
    return None if row is None else LearnedRows(scenario, learned, row)


def _whole_numbers(scenario: Scenario, contract: InputContract) -> list[int]:
    """The positions of the inputs that are declared as whole numbers."""
    columns = declared_inputs(scenario, contract.names)
    return [n for n, name in enumerate(contract.names) if name in columns and columns[name].kind == "int"]


def _has_fractions(matrix: np.ndarray, columns: Sequence[int]) -> bool:
    return bool((matrix[:, columns] % 1 > 0).any())


def _getter(names: Sequence[str]) -> _Cells:
    """What reads these fields of a row."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda row: [getattr(row, name) for name in names]
