"""Facts about rows in their order: values that repeat, and rows that were seen before."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from shared.profiles.row_facts import RowFacts, Run

# Enough to tell a share of rows within a few percent, small enough to keep with every window.
SKETCH = 512


def row_facts(table: pa.Table) -> RowFacts:
    """The longest repeat of each column of numbers, rows that are there twice, and the smallest row hashes."""
    hashes = _hashes(table)
    distinct = np.unique(hashes)
    numbers = [field.name for field in table.schema if _is_number(field.type)]
    runs = {name: run for name in numbers if (run := longest_run(table.column(name))) is not None}
    sketch = tuple(int(one) for one in distinct[:SKETCH])
    return RowFacts(table.num_rows, len(hashes) - len(distinct), runs, sketch)


def longest_run(column: pa.ChunkedArray) -> Run | None:
    """The longest repeat; a missing value ends one. None without any value."""
    values = column.to_pandas().to_numpy(dtype=np.float64, na_value=np.nan)
    known = np.isfinite(values)
    if not known.any():
        return None
    starts = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1])))
    lengths = np.diff(starts, append=len(values))
    # NaN differs from itself, so each missing value is a stretch of its own.
    lengths = np.where(known[starts], lengths, 0)
    longest = int(lengths.argmax())
    distinct = len(np.unique(values[known]))
    return Run(int(lengths[longest]), int(starts[longest]) + 1, float(values[starts[longest]]), distinct)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _hashes(table: pa.Table) -> np.ndarray:
    """One 53-bit hash a row: equal rows have equal ones, in every process, and JSON keeps them whole."""
    if not table.num_rows or not table.num_columns:
        return np.zeros(0, dtype=np.uint64)
    hashed = pd.util.hash_pandas_object(table.to_pandas(), index=False, categorize=True)
    return np.asarray(hashed.to_numpy() >> np.uint64(11))
