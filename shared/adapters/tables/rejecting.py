"""A block of rows under a contract that may set rows aside: each bad cell is found, and its row with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa

from shared.adapters.tables.cells import by_contract, check_cells
from shared.adapters.tables.kinds import TYPES, from_text
from shared.adapters.tables.limits import Limits
from shared.adapters.tables.origin import Origin
from shared.core.errors import Quarantined
from shared.core.scenario import Column, Table
from shared.datasets.rejects import Reject, Rejects


def lenient(table: Table, *, text: bool) -> Table:
    """The table with columns that take every cell; of a CSV file as text, which is converted cell by cell."""
    return replace(table, columns=tuple(_lenient(column, text=text) for column in table.columns))


def _lenient(column: Column, *, text: bool) -> Column:
    kind = "text" if text else column.kind
    words = column.missing_words
    return Column(column.name, kind, nulls=True, optional=column.optional, missing=words, values=())


def without_rejects(
    columns: Mapping[str, pa.ChunkedArray], table: Table, limits: Limits, origin: Origin, rejects: Rejects
) -> pa.Table:
    """The rows that keep the contract, strict like any; the others are added to `rejects`."""
    rows = len(next(iter(columns.values())))
    converted, bad = dict(columns), dict[int, Quarantined]()
    for column in table.columns:
        if column.name in columns:
            cells = columns[column.name]
            values, faults = _split(cells, column, limits, origin)
            converted[column.name] = values
            bad = {**faults, **bad}
    numbers = sorted(bad)
    rejects.add([_reject(columns, number, bad[number], origin) for number in numbers], rows)
    if not numbers:
        return by_contract(converted, rows, table, limits, origin)
    kept = np.ones(rows, dtype=np.bool_)
    kept[numbers] = False
    left = {name: values.filter(pa.array(kept)) for name, values in converted.items()}
    return by_contract(left, rows - len(numbers), table, limits, origin)


def _split(
    cells: pa.ChunkedArray, column: Column, limits: Limits, origin: Origin
) -> tuple[pa.ChunkedArray, dict[int, Quarantined]]:
    """The column in its kind, null where a cell cannot be one, and why each bad row is bad."""
    good, faults = [], dict[int, Quarantined]()
    for first, outcome in _pieces(cells, 0, column, limits, origin):
        if isinstance(outcome, Quarantined):
            faults[first] = outcome
            good.append(pa.nulls(1, TYPES[column.kind]))
        else:
            good += outcome.chunks
    return pa.chunked_array(good, TYPES[column.kind]), faults


def _pieces(
    cells: pa.ChunkedArray, first: int, column: Column, limits: Limits, origin: Origin
) -> Iterator[tuple[int, pa.ChunkedArray | Quarantined]]:
    """The stretches that fit, in order, and between them the refusal of each row that does not."""
    try:
        here = _at(origin, first)
        values = cells if cells.type == TYPES[column.kind] else from_text(cells, column, here)
        check_cells(values, column, limits, here)
        yield first, values
    except Quarantined as fault:
        if len(cells) == 1:
            yield first, fault
            return
        middle = len(cells) // 2
        yield from _pieces(cells.slice(0, middle), first, column, limits, origin)
        yield from _pieces(cells.slice(middle), first + middle, column, limits, origin)


def _at(origin: Origin, first: int) -> Origin:
    """The origin of the rows from that one on."""
    line_of = origin.line_of
    return replace(
        origin,
        rows=origin.rows + first,
        extent="",
        line_of=None if line_of is None else lambda row: line_of(row + first),
    )


def _reject(columns: Mapping[str, pa.ChunkedArray], number: int, fault: Quarantined, origin: Origin) -> Reject:
    cells = {name: values[number].as_py() for name, values in columns.items()}
    return Reject(
        file=origin.file,
        row=fault.row or 0,
        line=fault.line,
        column=fault.column,
        code=fault.reason_code,
        reason=fault.reason,
        private=fault.private,
        cells=json.dumps(cells, ensure_ascii=False, default=str),
    )
