"""Scoring of a window: blocks are read in order, scored by one thread per core, and written in order."""

from __future__ import annotations

from typing import BinaryIO

from shared.adapters.onnx.block_scorer import BlockScorer, Scored
from shared.adapters.onnx.blocks import blocks
from shared.adapters.onnx.groups import RowGroups
from shared.adapters.onnx.in_order import work_in_order
from shared.adapters.onnx.rows import layout
from shared.datasets.rejects import check_failed
from shared.serving.ports import BatchJob, BatchResult, LoadedModel
from shared.serving.strange_values import NOTHING, refuse_unknown_column


def run(model: LoadedModel, job: BatchJob, out: BinaryIO, *, workers: int, block_rows: int) -> BatchResult:
    """Write the job's prediction rows to `out` as Parquet.

    A block per worker, the predictions of 3 blocks per worker and one row group are in memory. Quarantined when more
    rows fail than the scenario tolerates, or when the model knows no value of a column; Permanent when the model
    returns no finite number.
    """
    shape = layout(job, model)
    failed, first_failed, strange = 0, 0, NOTHING

    def keep(scored: Scored) -> None:
        nonlocal failed, first_failed, strange
        failed += len(scored.failed)
        first_failed = first_failed or min(scored.failed, default=0)
        if not job.is_part:
            check_failed(job.scenario, job.window, failed, scored.failed)
        strange = strange.and_also(scored.strange)
        writer.add(scored.rows)

    with RowGroups(out, shape) as writer:
        scorer = BlockScorer(model, shape, block_rows)
        work_in_order(blocks(job, model.contract, block_rows), scorer.score, keep, workers)
    if not job.is_part:
        refuse_unknown_column(job.scenario, strange, model.contract, f"Window {job.window}")
    return BatchResult(writer.written, failed, strange, first_failed)
