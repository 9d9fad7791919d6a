"""Facts about rows in their order: values that repeat, and rows that were seen before. One block is in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
import pyarrow as pa

from shared.adapters.profiling.runs import LongestRun
from shared.datasets.column_facts import facts_of
from shared.datasets.hash_partitions import HashPartitions
from shared.datasets.rows import Rows, as_rows
from shared.profiles.row_facts import RowFacts, Run

# Enough to tell a share of rows within a few percent, small enough to keep with every window.
SKETCH = 512
_SHIFT = np.uint64(11)


def row_facts(table: Rows | pa.Table) -> RowFacts:
    """The longest repeat of each column of numbers, rows that are there twice, and the smallest row hashes."""
    rows = as_rows(table)
    partitions, smallest = HashPartitions(), np.empty(0, np.uint64)
    for hashes in _hashes(rows):
        # Partitions lie apart by their leading bits.
        partitions.add(hashes << _SHIFT)
        smallest = np.unique(np.concatenate([smallest, hashes]))[:SKETCH]
    distinct = sum(len(np.unique(found)) for found, _ in partitions)
    repeated = rows.num_rows - distinct if rows.schema.names else 0
    return RowFacts(rows.num_rows, repeated, longest_runs(rows), tuple(map(int, smallest)))


def longest_runs(table: Rows | pa.Table) -> Mapping[str, Run]:
    """The longest repeat of each column of numbers that has any value."""
    rows = as_rows(table)
    runs = {field.name: LongestRun() for field in rows.schema if _is_number(field.type)}
    for block in rows.blocks(list(runs)) if runs else ():
        for name, run in runs.items():
            run.add(block.column(name).to_pandas().to_numpy(dtype=np.float64, na_value=np.nan))
    return {name: found for name, run in runs.items() if (found := run.done()) is not None}


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _hashes(rows: Rows) -> Iterator[np.ndarray]:
    """One 53-bit hash a row: equal rows have equal ones, in every process, and JSON keeps them whole."""
    if not rows.num_rows or not rows.schema.names:
        return
    facts = facts_of(rows)
    # A data frame holds whole numbers as floating ones where one of them is missing: then in every block.
    floats = [field.name for field in rows.schema if pa.types.is_integer(field.type) and facts[field.name].nulls]
    for block in rows.blocks():
        for name in floats:
            place = block.schema.get_field_index(name)
            block = block.set_column(place, name, block.column(name).cast(pa.float64(), safe=False))  # noqa: PLW2901
        hashed = pd.util.hash_pandas_object(block.to_pandas(), index=False, categorize=True)
        yield np.asarray(hashed.to_numpy() >> _SHIFT)
