"""A window through a model: blocks are read in order, scored by a thread per core, and written in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from shared.adapters.scoring.blocks import blocks
from shared.adapters.scoring.rows import Layout, layout
from shared.errors import Permanent, Quarantined
from shared.ports.scoring import BatchJob, BatchResult, LoadedModel

GROUP_ROWS = 131_072


@dataclass(frozen=True, slots=True)
class Scored:
    """A block's prediction rows, and the numbers (from 1, in the window) of the rows that could not be predicted."""

    rows: pa.Table
    failed: tuple[int, ...]


def run(model: LoadedModel, job: BatchJob, out: BinaryIO, *, workers: int, block_rows: int) -> BatchResult:
    """Write the job's prediction rows to `out` as Parquet; 3 blocks per worker and one row group are in memory.

    Quarantined when more rows fail than the scenario tolerates; Permanent when the model answers no number.
    """
    shape = layout(job, model)
    written = failed = 0
    with _writer(out, shape) as writer:
        group: list[pa.Table] = []
        for scored in _in_order(_scorer(model, shape), blocks(job, model.contract, block_rows), workers):
            failed += len(scored.failed)
            _check_failed(job, failed, scored)
            written += scored.rows.num_rows
            group.append(scored.rows)
            group = _flush(writer, group, GROUP_ROWS)
        _flush(writer, group, 1)
    return BatchResult(written, failed)


def _scorer(model: LoadedModel, shape: Layout) -> Callable[[tuple[int, pa.Table]], Scored]:
    def score(block: tuple[int, pa.Table]) -> Scored:
        start, table = block
        matrix = model.encode(table)
        fits = _fitting(shape.job, table, matrix)
        kept = np.flatnonzero(fits)
        probabilities = model.matrix(matrix if len(kept) == len(fits) else matrix[kept])
        _check_answer(shape.job, probabilities, kept + (start + 1))
        failed = tuple((np.flatnonzero(~fits) + (start + 1)).tolist())
        return Scored(shape.block(table, start, kept, probabilities), failed)

    return score


def _fitting(job: BatchJob, table: pa.Table, matrix: np.ndarray) -> np.ndarray:
    """Which rows keep the contract, bool (rows,): no null where none is declared, no number beyond float32."""
    fits = np.ones(len(matrix), dtype=np.bool_)
    beyond = np.isinf(matrix)
    if beyond.any():
        fits &= ~beyond.any(axis=1)
    for column in job.scenario.scoring_table.columns:
        if column.nulls or column.name not in table.schema.names:
            continue
        values = table.column(column.name)
        if values.null_count:
            fits &= values.is_valid().to_numpy()
    return fits


def _check_answer(job: BatchJob, probabilities: np.ndarray, numbers: np.ndarray) -> None:
    finite = np.isfinite(probabilities)
    if not finite.all():
        row = numbers[np.flatnonzero(~finite.all(axis=1))[0]]
        raise Permanent(f"Model {job.provenance.model} answers no number for row {row} of window {job.window}.")


def _check_failed(job: BatchJob, failed: int, scored: Scored) -> None:
    tolerated = job.scenario.batch.error_threshold
    if failed > tolerated:
        row = scored.failed[0]
        sentence = (
            f"Window {job.window}: row {row} holds a null where none is allowed or a number beyond float32; "
            f"{failed} rows failed so far and {job.scenario.name} tolerates {tolerated}."
        )
        raise Quarantined("failed_rows", sentence, table=job.scenario.batch.table, row=row)


def _in_order[Item, Result](work: Callable[[Item], Result], items: Iterable[Item], workers: int) -> Iterator[Result]:
    """The results in the order of the items; at most three items per worker are under way."""
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


def _writer(out: BinaryIO, shape: Layout) -> pq.ParquetWriter:
    return pq.ParquetWriter(
        out,
        shape.schema,
        compression="snappy",
        use_dictionary=shape.dictionaries,
        column_encoding={"prediction_id": "DELTA_BINARY_PACKED"},
        write_page_checksum=True,
        store_schema=False,
    )


def _flush(writer: pq.ParquetWriter, group: list[pa.Table], least: int) -> list[pa.Table]:
    """Write the group when it holds at least `least` rows; what is still to be written is returned.

    One array per column: where pages end must not depend on how the rows came.
    """
    if sum(table.num_rows for table in group) < least:
        return group
    writer.write_table(pa.concat_tables(group).combine_chunks(), row_group_size=2 * GROUP_ROWS)
    return []
