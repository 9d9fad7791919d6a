"""A stream of rows is cut into tables of whole blocks, so that blocks do not depend on how rows arrive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from shared.prediction.options.shard_settings import BLOCK_ROWS, Sharding

if TYPE_CHECKING:
    import pyarrow as pa


def cut(batches: Iterable[pa.RecordBatch], sharding: Sharding) -> Iterator[pa.Table]:
    """Tables of as many rows as a shard has, of fewer whole blocks where rows are wide; the last one is shorter."""
    import pyarrow as pa

    waiting: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        waiting.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
        while take := _taken(rows, size, sharding):
            whole = pa.Table.from_batches(waiting)
            yield whole.slice(0, take)
            waiting = whole.slice(take).to_batches()
            rows, size = whole.num_rows - take, sum(rest.nbytes for rest in waiting)
    if rows:
        yield pa.Table.from_batches(waiting)


def _taken(rows: int, size: int, sharding: Sharding) -> int:
    """How many rows make a shard now, 0 while none is full."""
    if rows >= sharding.shard_rows:
        return sharding.shard_rows
    return rows // BLOCK_ROWS * BLOCK_ROWS if size >= sharding.shard_bytes else 0
