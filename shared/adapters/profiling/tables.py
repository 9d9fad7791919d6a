"""Rows described column by column, columns in parallel; chunks of a column are described apart and merged."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce
from typing import Any, Protocol, Self

import pyarrow as pa

from shared.adapters.profiling.numbers import KEEP, describe_numbers
from shared.adapters.profiling.texts import describe_texts
from shared.adapters.profiling.times import describe_times
from shared.datasets.row_groups import row_groups
from shared.datasets.rows import Rows, TableRows, as_rows
from shared.profiles.profile import BinCounts, ColumnProfile, Described, TableProfile

# A column's profile, and its counts in the bins of a baseline.
Finished = tuple[ColumnProfile, BinCounts | None]
# Rows, and bytes, of a column that are looked at together; a longer column is described chunk by chunk.
CHUNK = 1 << 20
CHUNK_BYTES = 64 << 20


class ColumnPart(Protocol):
    """What is known of some rows of a column."""

    def merge(self, other: Self, keep: int) -> Self:
        """Both parts together, keeping at most `keep` values."""
        ...

    def profile(self) -> ColumnProfile:
        """The profile of these rows."""
        ...

    def baseline_counts(self) -> BinCounts | None:
        """Counts in the bins of a baseline."""
        ...


@dataclass(frozen=True, slots=True)
class TablePart:
    """What is known of some rows of a table."""

    rows: int
    columns: Mapping[str, ColumnPart]


def describe(
    table: Rows | pa.Table, baseline: TableProfile | None = None, chunk: int = CHUNK, size: int = CHUNK_BYTES
) -> Described:
    """The rows' profile, and their counts in the bins of the baseline (a profile of the same table).

    A chunk of one column for each processor is in memory: no column keeps its values when it is described.
    """
    rows = as_rows(table)
    known = {} if baseline is None else baseline.columns

    def column(name: str) -> Finished:
        parts = (describe_column(found, known.get(name)) for found in chunks(rows, name, chunk, size))
        return _finished(reduce(lambda a, b: a.merge(b, KEEP), parts))

    return _described(rows.num_rows, rows.schema.names, side_by_side(column, rows.schema.names))


def chunks(rows: Rows, name: str, chunk: int = CHUNK, size: int = CHUNK_BYTES) -> Iterator[pa.ChunkedArray]:
    """The column in chunks; one that is in memory is not cut into blocks before."""
    blocks = iter([rows.table.select([name])]) if isinstance(rows, TableRows) else rows.blocks([name])
    for group in row_groups(blocks, chunk, size):
        yield pa.concat_tables(group).column(0)


def part_of(table: pa.Table, baseline: TableProfile | None = None) -> TablePart:
    """These rows, to be merged with others; only parts counted against the same baseline merge."""
    known = {} if baseline is None else baseline.columns
    parts = side_by_side(describe_column, table.columns, [known.get(name) for name in table.column_names])
    return TablePart(table.num_rows, dict(zip(table.column_names, parts, strict=True)))


def merge(parts: Iterable[TablePart], keep: int = KEEP) -> TablePart:
    """All parts of one table together; at most `keep` values a column stay in memory."""
    return reduce(lambda a, b: _merged(a, b, keep), parts)


def finish(part: TablePart) -> Described:
    """The profile of all rows, and their counts in the bins of the baseline."""
    return _described(part.rows, list(part.columns), side_by_side(_finished, part.columns.values()))


def _finished(column: ColumnPart) -> Finished:
    return column.profile(), column.baseline_counts()


def _described(rows: int, names: Sequence[str], columns: Sequence[Finished]) -> Described:
    profiles = {name: profile for name, (profile, _) in zip(names, columns, strict=True)}
    counts = {name: known for name, (_, known) in zip(names, columns, strict=True) if known is not None}
    return Described(TableProfile(rows, profiles), counts)


def side_by_side[T](work: Callable[..., T], *inputs: Iterable[Any]) -> list[T]:
    """Columns in parallel: sorting and counting leave other threads free."""
    with ThreadPoolExecutor(max_workers=os.process_cpu_count() or 1) as pool:
        return list(pool.map(work, *inputs))


def _merged(a: TablePart, b: TablePart, keep: int) -> TablePart:
    return TablePart(a.rows + b.rows, {name: part.merge(b.columns[name], keep) for name, part in a.columns.items()})


def describe_column(column: pa.ChunkedArray, baseline: ColumnProfile | None = None) -> ColumnPart:
    """What is known of these rows of a column, counted in the bins of the baseline."""
    kind, bins = column.type, None if baseline is None else baseline.histogram
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return describe_numbers(column, bins.edges if bins and bins.edges else None)
    if pa.types.is_timestamp(kind):
        return describe_times(column)
    return describe_texts(column, bins.values if bins and not bins.edges else None)
