"""Checks of a whole table: too few rows, repeated keys, columns without any value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa

from shared.adapters.tables.origin import Origin, shown
from shared.core.scenario import Column, Table
from shared.core.wording import counted
from shared.datasets.repeated_keys import first_repeat, key_of
from shared.datasets.rows import Rows, TableRows
from shared.datasets.stored_rows import StoredBlocks


def join(parts: Sequence[pa.Table], table: Table) -> pa.Table:
    """One table of all parts; Quarantined for too few rows, a repeated key, or a column without any value."""
    whole = pa.concat_tables(parts)
    nulls = {column.name: whole.column(column.name).null_count for column in table.columns}
    _check_whole(TableRows(whole.select(table.key)), nulls, [part.num_rows for part in parts], table)
    return whole


def check_stream(parts: Iterable[Iterable[pa.RecordBatch]], table: Table) -> Iterator[pa.RecordBatch]:
    """The batches of all parts as they come; at their end Quarantined like `join`. Keys are kept on the local disk."""
    sizes: list[int] = []
    nulls = dict.fromkeys((column.name for column in table.columns), 0)
    keys = StoredBlocks()
    for part in parts:
        sizes.append(0)
        for batch in part:
            sizes[-1] += batch.num_rows
            nulls = {name: count + batch.column(name).null_count for name, count in nulls.items()}
            if table.key:
                keys.add(batch.select(table.key))
            yield batch
    _check_whole(keys, nulls, sizes, table)


def _check_whole(keys: Rows, nulls: Mapping[str, int], sizes: Sequence[int], table: Table) -> None:
    origin, rows = Origin("", table.name), sum(sizes)
    if rows < table.min_rows:
        problem = f"there {'is' if rows == 1 else 'are'} {counted(rows, 'data row')}"
        raise origin.refusal("too_few_rows", problem, f"at least {table.min_rows}")
    # A table without rows breaks no other rule.
    if not rows:
        return
    for column in table.columns:
        if not (table.sparse and column.nulls):
            _check_whole_column(nulls[column.name], rows, column, origin)
    if table.key:
        _refuse_repeated_key(keys, sizes, table, origin)


def _check_whole_column(nulls: int, rows: int, column: Column, origin: Origin) -> None:
    if nulls == rows and not column.optional:
        raise origin.refusal("all_null", "no row has a value", "at least one value", column=column.name)
    if column.optional and not column.nulls and 0 < nulls < rows:
        problem = "some files of the table have the column and others do not"
        raise origin.refusal("null", problem, "the column in every file, or in none", column=column.name)


def _refuse_repeated_key(keys: Rows, sizes: Sequence[int], table: Table, origin: Origin) -> None:
    found = first_repeat(keys, table.key, "first")
    if found is None:
        return
    first, second = found
    cells = zip(table.key, key_of(keys, table.key, first), strict=True)
    names = ", ".join(f"{name} = {shown(str(value.as_py()))}" for name, value in cells)
    problem = f"the key {names} is in {_place(first, sizes)} and again in {_place(second, sizes)}"
    raise origin.refusal(
        "duplicate_key", problem, "every key once", column=table.key[0], row=_within(second, sizes)[1] + 1
    )


def _within(row: int, sizes: Sequence[int]) -> tuple[int, int]:
    ends = np.cumsum(sizes)
    part = int(np.searchsorted(ends, row, side="right"))
    return part, row - int(ends[part] - sizes[part])


def _place(row: int, sizes: Sequence[int]) -> str:
    part, place = _within(row, sizes)
    return f"data row {place + 1}" + (f" of file {part + 1}" if len(sizes) > 1 else "")
