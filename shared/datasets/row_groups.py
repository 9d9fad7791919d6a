"""Rows that come block by block, in groups whose borders depend on the rows alone and not on the blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

# What a cell takes beside the bytes of its text.
_CELL = 8


def row_groups(blocks: Iterable[pa.Table], rows: int, size: int) -> Iterator[list[pa.Table]]:
    """The rows in groups of at most so many rows and plain bytes, each as its blocks, which the caller may clear.

    One empty group when there are no rows.
    """
    waiting: list[pa.Table] = []
    empty: Any = None
    spent, any_yet = 0, False
    for block in blocks:
        empty = block.slice(0, 0)
        rest = block
        while rest.num_rows:
            room = rows - sum(one.num_rows for one in waiting)
            taken, bytes_ = _fitting(rest, room, size - spent, first=not waiting)
            if taken.num_rows:
                waiting.append(taken)
                spent += bytes_
                rest = rest.slice(taken.num_rows)
            if rest.num_rows:
                yield waiting
                waiting, spent, any_yet = [], 0, True
    if waiting or not any_yet:
        yield waiting or [empty]


def _fitting(block: pa.Table, room: int, size: int, *, first: bool) -> tuple[pa.Table, int]:
    """The leading rows of which there is room for, and their bytes; a group has at least one row."""
    taken = block.slice(0, room)
    total = _bytes(taken)
    if total <= size:
        return taken, total
    ends = np.cumsum(_row_bytes(taken))
    count = max(int(np.searchsorted(ends, size, side="right")), int(first))
    return taken.slice(0, count), int(ends[count - 1]) if count else 0


def _bytes(block: pa.Table) -> int:
    texts = sum(pc.sum(pc.binary_length(column)).as_py() or 0 for column in block.columns if _is_text(column))
    return int(block.num_rows * _CELL * block.num_columns + texts)


def _row_bytes(block: pa.Table) -> NDArray[np.int64]:
    found = np.full(block.num_rows, _CELL * block.num_columns, dtype=np.int64)
    for column in block.columns:
        if _is_text(column):
            found += pc.fill_null(pc.binary_length(column), 0).to_numpy()
    return found


def _is_text(column: pa.ChunkedArray) -> bool:
    return bool(pa.types.is_string(column.type))
