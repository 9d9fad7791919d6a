"""The contract's rules about the values of cells."""

from __future__ import annotations

from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from shared.adapters.tables.carried import with_carried
from shared.adapters.tables.kinds import TYPES
from shared.adapters.tables.limits import Limits
from shared.adapters.tables.origin import Origin, listing
from shared.core.scenario import Column, Table
from shared.core.wording import counted


def by_contract(
    columns: dict[str, pa.ChunkedArray], rows: int, table: Table, limits: Limits, origin: Origin
) -> pa.Table:
    """The columns in the contract's order, each cell checked; an absent optional column is all null."""
    checked = []
    for column in table.columns:
        values = columns.get(column.name)
        if values is None:
            values = pa.chunked_array([pa.nulls(rows, TYPES[column.kind])])
        else:
            check_cells(values, column, limits, origin)
        checked.append(values)
    return with_carried(pa.table(checked, names=[column.name for column in table.columns]), columns, table)


def check_cells(values: pa.ChunkedArray, column: Column, limits: Limits, origin: Origin) -> None:
    """Quarantined for the first cell that breaks a rule of its column."""
    absent = column.optional and values.null_count == len(values)
    if values.null_count and not column.nulls and not absent:
        row = pc.index(pc.is_null(values), value=True).as_py() + 1
        problem = f"the cell is missing ({values.null_count} of {len(values)} are{origin.extent})"
        raise origin.refusal("null", problem, "a value in every row", column=column.name, row=row)
    if column.kind == "text":
        _check_text(values, column, limits, origin)
    if column.kind in ("int", "float"):
        _check_range(values, column, origin)
    if column.kind == "time" and column.ahead_hours is not None and origin.now is not None:
        _check_ahead(values, origin.now + timedelta(hours=column.ahead_hours), column, origin)
    if column.values:
        _check_values(values, column, origin)


def _check_text(values: pa.ChunkedArray, column: Column, limits: Limits, origin: Origin) -> None:
    longest = pc.max(pc.binary_length(values)).as_py() or 0
    if longest > limits.cell_bytes:
        row = pc.index(pc.greater(pc.binary_length(values), limits.cell_bytes), value=True).as_py() + 1
        problem = f"the cell is too long (the longest in this column has {longest:,} bytes{origin.extent})"
        accepted = f"at most {limits.cell_bytes:,} bytes"
        raise origin.refusal("cell_too_large", problem, accepted, column=column.name, row=row)
    nul = pc.index(pc.match_substring(values, "\0"), value=True).as_py()
    if nul >= 0:
        raise origin.refusal("nul", "the cell has a NUL character", "text without NUL", column=column.name, row=nul + 1)


def _check_range(values: pa.ChunkedArray, column: Column, origin: Origin) -> None:
    low, high = column.minimum, column.maximum
    if low is not None:
        accepted = f"a number of at least {low:g}"
        _refuse_first(pc.less(values, low), values, column, origin, code="range", accepted=accepted)
    if high is not None:
        accepted = f"a number of at most {high:g}"
        _refuse_first(pc.greater(values, high), values, column, origin, code="range", accepted=accepted)


def _check_ahead(values: pa.ChunkedArray, latest: datetime, column: Column, origin: Origin) -> None:
    wrong = pc.greater(values, pa.scalar(latest, TYPES["time"]))
    at = pc.index(wrong, value=True).as_py()
    if at >= 0:
        count = pc.sum(wrong).as_py()
        more = f" ({count} rows do{origin.extent})" if count > 1 else ""
        problem, value = f"lies in the future{more}", str(values[at].as_py())
        accepted = (
            f"a time up to {latest:%Y-%m-%d %H:%M} UTC, {counted(float(column.ahead_hours or 0), 'hour')} from now"
        )
        raise origin.refusal("future", problem, accepted, column=column.name, row=at + 1, value=value)


def _check_values(values: pa.ChunkedArray, column: Column, origin: Origin) -> None:
    kind = TYPES[column.kind]
    known = pa.array(column.values, pa.string()).cast(kind)
    outside = pc.and_(pc.is_valid(values), pc.invert(pc.is_in(values, value_set=known)))
    _refuse_first(outside, values, column, origin, code="category", accepted=f"one of {listing(column.values)}")


def _refuse_first(
    wrong: pa.ChunkedArray, values: pa.ChunkedArray, column: Column, origin: Origin, *, code: str, accepted: str
) -> None:
    at = pc.index(wrong, value=True).as_py()
    if at >= 0:
        count = pc.sum(wrong).as_py()
        more = f" ({count} rows are outside{origin.extent})" if count > 1 else ""
        problem, value = f"is outside what the contract allows{more}", str(values[at].as_py())
        raise origin.refusal(code, problem, accepted, column=column.name, row=at + 1, value=value)
