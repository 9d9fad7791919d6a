"""Keys that two rows have, in a table of any size: found by hashes that are apart on the disk, and then compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from shared.datasets.hash_partitions import HashPartitions, repeated_rows
from shared.datasets.row_index import hash_of
from shared.datasets.rows import as_rows

if TYPE_CHECKING:
    from shared.datasets.rows import Rows


def first_repeat(
    rows: Rows | pa.Table, keys: Sequence[str], order: Literal["first", "second"]
) -> tuple[int, int] | None:
    """The rows (from 0) of a key that is there twice: that whose first, or second, row comes before all others'.

    A missing cell equals a missing one. None where every key is there once.
    """
    found, partitions = as_rows(rows), HashPartitions()
    for block in found.blocks(keys):
        partitions.add(hash_of(block, keys))
    for first, _ in repeated_rows(partitions, by=("first", "second").index(order)).tolist():
        # Other keys may have the same hash.
        second = _next_like(found, keys, first)
        if second is not None:
            return first, second
    return None


def key_of(rows: Rows | pa.Table, keys: Sequence[str], row: int) -> tuple[Any, ...]:
    """The cells of that row's key, as Arrow scalars."""
    start = 0
    for block in as_rows(rows).blocks(keys):
        if row < start + block.num_rows:
            return tuple(block.column(name)[row - start] for name in keys)
        start += block.num_rows
    raise IndexError(row)


def _next_like(rows: Rows, keys: Sequence[str], first: int) -> int | None:
    """The next row whose key equals that of row `first`."""
    wanted, start = key_of(rows, keys, first), 0
    for block in rows.blocks(keys):
        rest = block.slice(max(first + 1 - start, 0))
        at = pc.index(_equal(rest, keys, wanted), value=True).as_py() if rest.num_rows else -1
        if at >= 0:
            return int(start + block.num_rows - rest.num_rows + at)
        start += block.num_rows
    return None


def _equal(block: pa.Table, keys: Sequence[str], wanted: Sequence[Any]) -> pa.ChunkedArray:
    same = None
    for name, value in zip(keys, wanted, strict=True):
        equal = pc.equal(block.column(name), value) if value.is_valid else pc.is_null(block.column(name))
        same = equal if same is None else pc.and_kleene(same, equal)
    return same
