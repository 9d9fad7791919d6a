"""Columns as Parquet stores them become columns in the contract's types, without loss."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from shared.adapters.tables.kinds import ACCEPTED, TYPES, first_failing, from_text, text_cells
from shared.adapters.tables.origin import Origin
from shared.core.scenario import Column, Kind

# From here on doubles cannot tell all whole numbers apart.
_EXACT = float(1 << 53)


def check_type(found: pa.DataType, column: Column, origin: Origin) -> None:
    """Quarantined when the stored type can never hold what the contract asks for."""
    plain = found.value_type if pa.types.is_dictionary(found) else found
    if not _fits(plain, column.kind):
        problem = f"the file stores {plain}"
        raise origin.refusal("type", problem, ACCEPTED[column.kind], column=column.name)


def _fits(found: pa.DataType, kind: Kind) -> bool:
    is_text = pa.types.is_string(found) or pa.types.is_large_string(found) or pa.types.is_string_view(found)
    is_number = pa.types.is_integer(found) or pa.types.is_floating(found) or pa.types.is_decimal(found)
    is_time = pa.types.is_timestamp(found) or pa.types.is_date(found)
    is_null = pa.types.is_null(found)
    fits: bool = {"float": is_number, "int": is_number, "text": is_text, "time": is_time or is_text}[kind] or is_null
    return fits


def from_stored(stored: pa.ChunkedArray, column: Column, origin: Origin) -> pa.ChunkedArray:
    """The column in its contract's type; Quarantined names the first row that would lose something."""
    if column.kind == "text":
        return text_cells(stored.cast(pa.string()), column)
    if column.kind == "time":
        return _times(stored, column, origin)
    return _numbers(stored, column, origin)


def _times(stored: pa.ChunkedArray, column: Column, origin: Origin) -> pa.ChunkedArray:
    if pa.types.is_timestamp(stored.type) or pa.types.is_date(stored.type) or pa.types.is_null(stored.type):
        return _cast(stored, column, origin)
    return from_text(stored.cast(pa.string()), column, origin)


def _numbers(stored: pa.ChunkedArray, column: Column, origin: Origin) -> pa.ChunkedArray:
    values = stored
    if pa.types.is_floating(stored.type):
        values = _without_nan(stored.cast(pa.float64()), column)
        at = pc.index(pc.is_finite(values), value=False).as_py()
        if at >= 0:
            problem, value = "is not a finite number", str(values[at].as_py())
            accepted = ACCEPTED[column.kind]
            raise origin.refusal("not_finite", problem, accepted, column=column.name, row=at + 1, value=value)
    return _cast(values, column, origin)


def _without_nan(values: pa.ChunkedArray, column: Column) -> pa.ChunkedArray:
    """Turn NaN into null where the contract allows missing cells: data frames write missing numbers as NaN."""
    if not column.nulls:
        return values
    return pc.if_else(pc.is_nan(values), pa.scalar(None, pa.float64()), values)


def _cast(values: pa.ChunkedArray, column: Column, origin: Origin) -> pa.ChunkedArray:
    def convert(some: pa.ChunkedArray) -> pa.ChunkedArray:
        return pc.cast(some, TYPES[column.kind])

    try:
        return convert(values)
    except pa.ArrowInvalid:
        at = first_failing(values, convert)
    text = values[at].cast(pa.string()).as_py()
    code = "time" if column.kind == "time" else "overflow" if abs(float(text)) >= _EXACT else "type"
    problem = f"cannot be stored as {TYPES[column.kind]} without loss"
    raise origin.refusal(code, problem, ACCEPTED[column.kind], column=column.name, row=at + 1, value=text)
