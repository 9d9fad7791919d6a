"""A block of a window through the model: its prediction rows, the rows that failed, what the model did not learn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue

import numpy as np
import pyarrow as pa

from shared.adapters.onnx.rows import Layout
from shared.core.errors import Permanent
from shared.serving.ports import BatchJob, LoadedModel
from shared.serving.strange_values import NOTHING, StrangeValues, strange_of_table
from shared.training.encoding import TableEncoder
from shared.training.unlearned.extremes import Extremes, extremes


@dataclass(frozen=True, slots=True)
class Scored:
    """The prediction rows of a block, and the numbers (from 1, in the window) of the rows that failed."""

    rows: pa.Table
    failed: tuple[int, ...]
    strange: StrangeValues = NOTHING


class BlockScorer:
    """Scores blocks of at most so many rows; safe to share between threads, which need a matrix each."""

    def __init__(self, model: LoadedModel, shape: Layout, block_rows: int) -> None:
        columns = shape.job.scenario.scoring_table.columns
        self._required = frozenset(column.name for column in columns if not (column.nulls or column.optional))
        self._model, self._shape = model, shape
        self._encoder = TableEncoder(model.contract)
        self._size = block_rows, len(model.contract.features)
        self._matrices: SimpleQueue[np.ndarray] = SimpleQueue()

    def score(self, block: tuple[int, pa.Table]) -> Scored:
        """Score the block, whose first row has the given number (from 0) in the window."""
        start, table = block
        with self._matrix() as room:
            matrix = self._encoder.encode(table, room)
            # Texts have no least and no largest one.
            within = None if matrix.dtype == object else extremes(matrix)
            fits = self.fitting(table, matrix, within)
            kept = np.flatnonzero(fits)
            probabilities = self._model.score_matrix(matrix if len(kept) == len(fits) else matrix[kept])
            strange = strange_of_table(table, matrix, self._model.learned, within)
        _check_answer(self._shape.job, probabilities, kept + (start + 1))
        failed = tuple((np.flatnonzero(~fits) + (start + 1)).tolist())
        return Scored(self._shape.block(table, start, kept, probabilities), failed, strange)

    def fitting(self, table: pa.Table, matrix: np.ndarray, within: Extremes | None) -> np.ndarray:
        """Which rows keep the contract, bool (rows,): no null in a required column, no number beyond float32."""
        if within is None or within.are_finite:
            fits = np.ones(len(matrix), dtype=np.bool_)
        else:
            fits = ~np.isinf(matrix).any(axis=1)
        for name in self._required.intersection(table.schema.names):
            if (values := table.column(name)).null_count:
                fits &= values.is_valid().to_numpy()
        return fits

    @contextmanager
    def _matrix(self) -> Iterator[np.ndarray]:
        """Lend a matrix to this thread: memory that was used before costs no new pages."""
        try:
            matrix = self._matrices.get_nowait()
        except Empty:
            matrix = np.empty(self._size, np.float32)
        yield matrix
        self._matrices.put(matrix)


def _check_answer(job: BatchJob, probabilities: np.ndarray, numbers: np.ndarray) -> None:
    finite = np.isfinite(probabilities)
    if not finite.all():
        row = numbers[np.flatnonzero(~finite.all(axis=1))[0]]
        raise Permanent(f"Model {job.provenance.model} returned no finite number for row {row} of window {job.window}.")
