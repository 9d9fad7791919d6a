"""Checks of a whole table: too few rows, repeated keys, columns without any value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shared.adapters.tables.origin import Origin, shown
from shared.core.scenario import Column, Table
from shared.core.wording import counted


def join(parts: Sequence[pa.Table], table: Table) -> pa.Table:
    """One table of all parts; Quarantined for too few rows, a repeated key, or a column without any value."""
    whole = pa.concat_tables(parts)
    nulls = {column.name: whole.column(column.name).null_count for column in table.columns}
    _check_whole(whole.select(table.key), nulls, [part.num_rows for part in parts], table)
    return whole


def check_stream(parts: Iterable[Iterable[pa.RecordBatch]], table: Table) -> Iterator[pa.RecordBatch]:
    """The batches of all parts as they come; at their end Quarantined like `join`. Only the keys are kept."""
    sizes: list[int] = []
    nulls = dict.fromkeys((column.name for column in table.columns), 0)
    keys: list[pa.RecordBatch] = []
    for part in parts:
        sizes.append(0)
        for batch in part:
            sizes[-1] += batch.num_rows
            nulls = {name: count + batch.column(name).null_count for name, count in nulls.items()}
            keys.extend([batch.select(table.key)] if table.key else [])
            yield batch
    _check_whole(pa.Table.from_batches(keys) if keys else pa.table({}), nulls, sizes, table)


def _check_whole(keys: pa.Table, nulls: Mapping[str, int], sizes: Sequence[int], table: Table) -> None:
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


def _refuse_repeated_key(keys: pa.Table, sizes: Sequence[int], table: Table, origin: Origin) -> None:
    numbered = keys.append_column("__row__", pa.array(np.arange(keys.num_rows)))
    groups = numbered.group_by(list(table.key)).aggregate([("__row__", "min"), ("__row__", "count")])
    if groups.num_rows == keys.num_rows:
        return
    repeated = groups.filter(pc.greater(groups.column("__row___count"), 1))
    first = pc.min(repeated.column("__row___min")).as_py()
    second = _next_like(keys, first)
    names = ", ".join(f"{name} = {shown(str(keys.column(name)[first].as_py()))}" for name in table.key)
    problem = f"the key {names} is in {_place(first, sizes)} and again in {_place(second, sizes)}"
    raise origin.refusal(
        "duplicate_key", problem, "every key once", column=table.key[0], row=_within(second, sizes)[1] + 1
    )


def _next_like(keys: pa.Table, first: int) -> int:
    """The next row whose key equals that of row `first`."""
    rest, same = keys.slice(first + 1), None
    for name in keys.column_names:
        value = keys.column(name)[first]
        equal = pc.equal(rest.column(name), value) if value.is_valid else pc.is_null(rest.column(name))
        same = equal if same is None else pc.and_kleene(same, equal)
    return int(pc.index(same, value=True).as_py()) + first + 1


def _within(row: int, sizes: Sequence[int]) -> tuple[int, int]:
    ends = np.cumsum(sizes)
    part = int(np.searchsorted(ends, row, side="right"))
    return part, row - int(ends[part] - sizes[part])


def _place(row: int, sizes: Sequence[int]) -> str:
    part, place = _within(row, sizes)
    return f"data row {place + 1}" + (f" of file {part + 1}" if len(sizes) > 1 else "")
