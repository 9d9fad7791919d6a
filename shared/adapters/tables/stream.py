"""A file in blocks of bounded memory, under the same rules as a file that is read at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa

from shared.adapters.tables.cells import by_contract
from shared.adapters.tables.csv import csv_blocks
from shared.adapters.tables.limits import Limits
from shared.adapters.tables.origin import Origin
from shared.adapters.tables.packed import ending_of, unpacked
from shared.adapters.tables.parquet import parquet_blocks
from shared.adapters.tables.raw import check_source
from shared.adapters.tables.rejecting import lenient, without_rejects
from shared.core.scenario import Column, Table
from shared.datasets.rejects import Rejects


def stream(
    source: BinaryIO, table: Table, limits: Limits, origin: Origin, rejects: Rejects | None = None
) -> Iterator[pa.RecordBatch]:
    """Record batches in the contract's column order; Quarantined at the block that breaks the contract."""
    ending, content = ending_of(origin.file), unpacked(source, limits, origin)
    check_source(content, limits, origin)
    blocks = {"csv": csv_blocks, "parquet": parquet_blocks}[ending]
    sometimes = [column for column in table.columns if column.optional and not column.nulls]
    there: dict[str, bool] = {}
    first: Origin | None = None
    tolerant = rejects is not None and rejects.policy.any
    read_as = lenient(table, text=ending == "csv") if tolerant else table
    for here, columns in blocks(content, read_as, limits, origin):
        first = first or here
        rows = len(next(iter(columns.values())))
        if tolerant and rejects is not None:
            block = without_rejects(columns, table, limits, here, rejects)
        else:
            block = by_contract(columns, rows, table, limits, here)
        for column in sometimes:
            _check_presence(column, block.column(column.name), there, here, first)
        # A table without rows is one empty batch, so that the batches can be joined with their types.
        yield from block.to_batches() or [pa.RecordBatch.from_pylist([], schema=block.schema)]


def _check_presence(
    column: Column, values: pa.ChunkedArray, there: dict[str, bool], here: Origin, first: Origin
) -> None:
    """Refuse an optional column that has values in some blocks of a file and none in others."""
    present = not values.null_count
    if there.setdefault(column.name, present) != present:
        origin = here if there[column.name] else first
        problem = "the cell is missing and others in this column are not"
        raise origin.refusal("null", problem, "a value in every row", column=column.name, row=1)
