"""What is known of the rows of one part of a table: small enough to be kept beside it, and merged with other parts.

Up to `KEEP` distinct values of a column are kept with their counts, of texts up to `TEXT_BYTES` of them. What is beyond
is stated in the profile as `rank_error` and `count_error`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import batched
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shared.adapters.profiling.distinct import estimate, hash_numbers
from shared.adapters.profiling.numbers import KEEP, NumberPart
from shared.adapters.profiling.runs import RunPart, longest, run_part
from shared.adapters.profiling.tables import ColumnPart, chunks, describe_column, side_by_side
from shared.adapters.profiling.texts import TextPart, fitting
from shared.datasets.rows import Rows
from shared.profiles.profile import ColumnProfile, TableProfile
from shared.profiles.row_facts import Run, TableFacts

TEXT_BYTES = 4 << 20
# So many distinct values of a column are exact where parts are joined.
_JOINED = 1 << 20


@dataclass(frozen=True, slots=True)
class KnownColumn:
    """The values of a column, and of numbers the stretches of equal ones."""

    values: ColumnPart
    runs: RunPart | None


class KnownRows(Protocol):
    """What is known of the rows of one part."""

    @property
    def schema(self) -> pa.Schema:
        """The columns of the part."""
        ...

    @property
    def rows(self) -> int:
        """How many rows there are."""
        ...

    def column(self, name: str) -> KnownColumn:
        """What is known of that column."""
        ...


@dataclass(frozen=True, slots=True)
class HeldRows:
    """The same in memory."""

    schema: pa.Schema
    rows: int
    columns: Mapping[str, KnownColumn]

    def column(self, name: str) -> KnownColumn:
        """What is known of that column."""
        return self.columns[name]


def known_rows(rows: Rows, keep: int = KEEP) -> HeldRows:
    """What is known of these rows; each column is read once, and a chunk of it is in memory."""

    def column(name: str) -> KnownColumn:
        return _kept(_column(chunks(rows, name)), rows.schema.field(name).type, keep)

    names = rows.schema.names
    return HeldRows(rows.schema, rows.num_rows, dict(zip(names, side_by_side(column, names), strict=True)))


def joined(parts: Sequence[KnownRows], keep: int = _JOINED) -> TableFacts:
    """What is true of the rows of all parts, one after the other."""
    schema = pa.unify_schemas([part.schema for part in parts], promote_options="default")
    profiles, runs = dict[str, ColumnProfile](), dict[str, Run]()
    for field in schema:
        column = _in_pairs([_of(part, field) for part in parts], keep)
        profiles[field.name] = column.values.profile()
        run = _longest(column)
        if run is not None:
            runs[field.name] = run
    return TableFacts(TableProfile(sum(part.rows for part in parts), profiles), runs)


def _column(found: Iterable[pa.ChunkedArray]) -> KnownColumn:
    return reduce(_merged, (KnownColumn(describe_column(chunk), _runs(chunk)) for chunk in found))


def _merged(first: KnownColumn, then: KnownColumn, keep: int = _JOINED) -> KnownColumn:
    runs = None if first.runs is None or then.runs is None else first.runs.merge(then.runs)
    return KnownColumn(first.values.merge(then.values, keep), runs)


def _in_pairs(columns: Sequence[KnownColumn], keep: int) -> KnownColumn:
    """Neighbours first: values are sorted a few times, not once for each part."""
    while len(columns) > 1:
        columns = [reduce(lambda a, b: _merged(a, b, keep), pair) for pair in batched(columns, 2, strict=False)]
    return columns[0]


def _kept(column: KnownColumn, kind: pa.DataType, keep: int) -> KnownColumn:
    """Each value once, and no more than are kept."""
    nothing = describe_column(pa.chunked_array([pa.array([], kind)]))
    values = column.values.merge(nothing, keep)
    return KnownColumn(fitting(values, TEXT_BYTES) if isinstance(values, TextPart) else values, column.runs)


def _of(part: KnownRows, field: pa.Field) -> KnownColumn:
    """The column of the part; all of it is missing where the part has none of the name, or one without a type."""
    if field.name in part.schema.names and part.schema.field(field.name).type == field.type:
        return part.column(field.name)
    missing = pa.chunked_array([pa.nulls(part.rows, field.type)])
    return KnownColumn(describe_column(missing), _runs(missing))


def _runs(chunk: pa.ChunkedArray) -> RunPart | None:
    if not (pa.types.is_integer(chunk.type) or pa.types.is_floating(chunk.type)):
        return None
    return run_part(pc.fill_null(chunk.cast(pa.float64(), safe=False), np.nan).to_numpy())


def _longest(column: KnownColumn) -> Run | None:
    values = column.values
    return longest(column.runs, _distinct(values)) if column.runs and isinstance(values, NumberPart) else None


def _distinct(values: NumberPart) -> int:
    """How many numbers differ as doubles: counted, or estimated as runs always were."""
    if values.sketch is not None:
        return estimate(values.sketch)
    found = np.unique(values.values.astype(np.float64))
    return len(found) if len(found) <= KEEP else estimate(hash_numbers(found))
