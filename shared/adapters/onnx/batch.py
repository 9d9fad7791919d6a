"""Scoring of a window: blocks are read in order, scored by one thread per core, and written in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from shared.adapters.onnx.blocks import blocks
from shared.adapters.onnx.groups import RowGroups
from shared.adapters.onnx.rows import Layout, layout
from shared.core.errors import Permanent
from shared.datasets.rejects import check_failed
from shared.serving.ports import BatchJob, BatchResult, LoadedModel
from shared.serving.strange_values import NOTHING, StrangeValues, refuse_unknown_column, strange_of_table


@dataclass(frozen=True, slots=True)
class Scored:
    """The prediction rows of a block, and the numbers (from 1, in the window) of the rows that failed."""

    rows: pa.Table
    failed: tuple[int, ...]
    strange: StrangeValues = NOTHING


def run(model: LoadedModel, job: BatchJob, out: BinaryIO, *, workers: int, block_rows: int) -> BatchResult:
    """Write the job's prediction rows to `out` as Parquet; 3 blocks per worker and one row group are in memory.

    Quarantined when more rows fail than the scenario tolerates, or when the model knows no value of a column; Permanent
    when the model returns no finite number.
    """
    shape = layout(job, model)
    failed, first_failed, strange = 0, 0, NOTHING
    with RowGroups(out, shape) as writer:
        for scored in _in_order(_scorer(model, shape), blocks(job, model.contract, block_rows), workers):
            failed += len(scored.failed)
            first_failed = first_failed or min(scored.failed, default=0)
            if not job.is_part:
                check_failed(job.scenario, job.window, failed, scored.failed)
            strange = strange.and_also(scored.strange)
            writer.add(scored.rows)
    if not job.is_part:
        refuse_unknown_column(job.scenario, strange, model.contract, f"Window {job.window}")
    return BatchResult(writer.written, failed, strange, first_failed)


def _scorer(model: LoadedModel, shape: Layout) -> Callable[[tuple[int, pa.Table]], Scored]:
    columns = shape.job.scenario.scoring_table.columns
    required = frozenset(column.name for column in columns if not (column.nulls or column.optional))

    def score(block: tuple[int, pa.Table]) -> Scored:
        start, table = block
        matrix = model.encode(table)
        fits = _fitting(table, matrix, required)
        kept = np.flatnonzero(fits)
        probabilities = model.score_matrix(matrix if len(kept) == len(fits) else matrix[kept])
        _check_answer(shape.job, probabilities, kept + (start + 1))
        failed = tuple((np.flatnonzero(~fits) + (start + 1)).tolist())
        strange = strange_of_table(table, matrix, model.learned)
        return Scored(shape.block(table, start, kept, probabilities), failed, strange)

    return score


def _fitting(table: pa.Table, matrix: np.ndarray, required: Container[str]) -> np.ndarray:
    """Which rows keep the contract, bool (rows,): no null in a required column, no number beyond float32."""
    fits = np.ones(len(matrix), dtype=np.bool_) if matrix.dtype == object else _finite(matrix)
    for name, values in zip(table.schema.names, table.columns, strict=True):
        if name in required and values.null_count:
            fits &= values.is_valid().to_numpy()
    return fits


def _finite(matrix: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore", invalid="ignore"):
        total = matrix.sum()
    if np.isfinite(total):  # a finite sum has no infinite part; a check of each number costs four times as much
        return np.ones(len(matrix), dtype=np.bool_)
    return np.asarray(~np.isinf(matrix).any(axis=1))


def _check_answer(job: BatchJob, probabilities: np.ndarray, numbers: np.ndarray) -> None:
    finite = np.isfinite(probabilities)
    if not finite.all():
        row = numbers[np.flatnonzero(~finite.all(axis=1))[0]]
        raise Permanent(f"Model {job.provenance.model} returned no finite number for row {row} of window {job.window}.")


def _in_order[Item, Result](work: Callable[[Item], Result], items: Iterable[Item], workers: int) -> Iterator[Result]:
    """Yield the results in the order of the items; at most three items per worker are in progress."""
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(workers, thread_name_prefix="score") as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) == 3 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
