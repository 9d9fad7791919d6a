"""The labelled rows of a scenario, as every candidate sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import pyarrow as pa

from model_training.data.path_rows import PathRows
from model_training.data.split import Parts
from shared.core.scenario import Scenario, Task
from shared.datasets.rows import TableRows
from shared.training.encoding import TableEncoder, encode
from shared.training.input_contract import InputContract


class Matrix(Protocol):
    """A matrix (rows, features) that is not in memory."""

    def read(self, rows: np.ndarray | None = None) -> np.ndarray:
        """These rows of it, by row number, or all, in memory."""
        ...


@dataclass(frozen=True, slots=True)
class Rows:
    """What a candidate is fitted on: X (rows, features) under its contract, and the answers as `Answers.values`.

    `source` is X or where it lies; only the rows `at` of it are meant, where they are given.
    """

    source: np.ndarray | Matrix
    y: np.ndarray
    contract: InputContract
    task: Task
    at: np.ndarray | None = None

    @property
    def X(self) -> np.ndarray:  # noqa: N802 - the name of the matrix everywhere
        """The matrix; it is made anew each time, so that it is not there while a model is fitted."""
        if not isinstance(self.source, np.ndarray):
            return self.source.read(self.at)
        return self.source if self.at is None else np.asarray(self.source[self.at])

    def take(self, rows: np.ndarray) -> Rows:
        """Only these rows, by row number."""
        return replace(self, y=self.y[rows], at=rows if self.at is None else self.at[rows])


class Columns(Protocol):
    """The raw columns of the rows, wherever they lie."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns."""
        ...

    @property
    def rows(self) -> TableRows | PathRows:
        """The same, block by block."""
        ...

    def read(self, names: Sequence[str] | None = None) -> pa.Table:
        """These columns (all of them) in memory."""
        ...


@dataclass(frozen=True, slots=True)
class HeldColumns:
    """Columns in memory."""

    table: pa.Table

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns."""
        return tuple(self.table.column_names)

    @property
    def rows(self) -> TableRows:
        """The same, block by block."""
        return TableRows(self.table)

    def read(self, names: Sequence[str] | None = None) -> pa.Table:
        """These columns."""
        return self.table if names is None else self.table.select(list(names))


@dataclass(frozen=True, slots=True)
class Prepared:
    """Labelled rows in time order: raw columns, matrix X (rows, features), answers y, declared parts.

    `source` is X or where it lies. `other` holds the parts of the other kind of split; it is None when these rows do
    not allow that split. `halves` holds 50 % of the train and of the test rows: candidates are explored and tuned on
    the first half. `learn_only` are the numbers of the rows that never judge, in no fold either.
    """

    scenario: Scenario
    raw: Columns
    contract: InputContract
    source: np.ndarray | Matrix
    y: np.ndarray
    parts: Parts
    other: Parts | None
    halves: Mapping[str, np.ndarray]
    learn_only: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    @property
    def X(self) -> np.ndarray:  # noqa: N802 - the name of the matrix everywhere
        """The whole matrix in memory, read anew each time after a step has loaded these rows."""
        return self.rows.X

    @property
    def frame(self) -> pa.Table:
        """All raw columns in memory: after a step has loaded these rows, they are read anew each time."""
        return self.raw.read()

    @property
    def columns(self) -> list[str]:
        """All declared inputs, so that any model can be judged on these rows, those of this model, and the answers."""
        declared = [name for name in self.scenario.features if name in self.raw.names]
        return list(dict.fromkeys((*declared, *self.contract.names, *self.scenario.targets)))

    @property
    def choosing(self) -> np.ndarray:
        """The row numbers, ascending, that judge what is fitted on half of the train rows.

        The validation rows, and where rows have no order in time the other half too: of more rows luck decides less.
        """
        if self.parts.kind == "time":
            return self.parts.validation
        other = np.setdiff1d(self.parts.train, self.halves["train"])
        return np.union1d(self.parts.validation, np.setdiff1d(other, self.learn_only))

    @property
    def rows(self) -> Rows:
        """All rows as a candidate takes them."""
        return Rows(self.source, self.y, self.contract, self.scenario.task)


def encode_columns(raw: Columns, contract: InputContract) -> np.ndarray:
    """The matrix of all rows under the contract (`encode`), block by block."""
    if contract.text is not None:
        return encode(raw.read(contract.names), contract)
    rows, encoder, start = raw.rows, TableEncoder(contract), 0
    X = np.empty((rows.num_rows, len(contract.features)), np.float32)
    for block in rows.blocks([name for name in contract.names if name in raw.names]):
        encoder.encode(block, X[start:])
        start += block.num_rows
    return X
