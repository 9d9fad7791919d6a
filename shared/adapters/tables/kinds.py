"""Text cells become numbers and times, by the same rules for CSV and for text in Parquet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import pyarrow as pa
import pyarrow.compute as pc

from shared.adapters.tables.origin import Origin
from shared.core.errors import Quarantined
from shared.core.scenario import Column, Kind

TYPES: dict[Kind, pa.DataType] = {
    "float": pa.float64(),
    "int": pa.int64(),
    "text": pa.string(),
    "time": pa.timestamp("us", "UTC"),
}
ACCEPTED: dict[Kind, str] = {
    "float": "a finite number such as 12.5 or -3e4",
    "int": "a whole number that fits in 64 bits",
    "text": "text",
    "time": "one form in the whole column: ISO 8601 such as 2015-01-31 06:00:00 (UTC unless an offset follows), "
    "or month/day/year with a 12-hour clock such as 01/31/2015 06:00:00 AM",
}
_PADDED = r"^[+-]?0[0-9]"
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+")
_WHOLE = r"^\+?(-?[0-9]+)(\.0*)?$"
_US_TIME = r"^([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}) [0-9]{1,2}:[0-9]{2}:[0-9]{2} [AaPp][Mm]$"
_US_FORMAT = "%m/%d/%Y %I:%M:%S %p"
_FINE = r"(:[0-9]{2}\.[0-9]{6})[0-9]{1,3}"
_OFFSET = re.compile(r"(?:Z|[+-]\d\d(?::?\d\d)?)$")

Convert = Callable[[pa.ChunkedArray], pa.ChunkedArray]


def from_text(cells: pa.ChunkedArray, column: Column, origin: Origin) -> pa.ChunkedArray:
    """Return the column in its contract's type; Quarantined names the first cell that cannot be converted."""
    if column.kind == "text":
        return text_cells(cells, column)
    present = text_cells(cells, column)
    convert = _converter(_form(present, column, origin), column.kind)
    try:
        values = convert(present)
    except pa.ArrowInvalid:
        raise _refusal(present, first_failing(present, convert), column, origin) from None
    if column.kind == "float":
        _refuse_infinite(values, present, column, origin)
    if column.kind == "int" and column.name in origin.naming:
        _refuse_padded(present, column, origin)
    return values


def plain_whole(cells: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """The cells as whole numbers; None where one is missing, has zeros before it, or needs another look."""
    padded = pc.and_(pc.starts_with(cells, "0"), pc.greater(pc.binary_length(cells), 1))
    try:
        return None if pc.any(padded).as_py() else pc.cast(cells, pa.int64())
    except pa.ArrowInvalid:
        return None


def _refuse_padded(cells: pa.ChunkedArray, column: Column, origin: Origin) -> None:
    """Quarantined for the first whole number with zeros before it: 007 and 7 may be two names, and one number."""
    at = pc.index(pc.match_substring_regex(cells, _PADDED), value=True).as_py()
    if at >= 0:
        value = cells[at].as_py()
        problem = "has zeros before the number, and a whole number loses them"
        accepted = "whole numbers without zeros before them, because 007 may name another row than 7"
        raise origin.refusal("padded", problem, accepted, column=column.name, row=at + 1, value=value)


def no_rows(columns: Iterable[Column]) -> dict[str, pa.ChunkedArray]:
    """These columns in the contract's types, without a row."""
    return {column.name: pa.chunked_array([], TYPES[column.kind]) for column in columns}


def text_cells(cells: pa.ChunkedArray, column: Column) -> pa.ChunkedArray:
    """The cells without white space at their ends; null where a word of the column says that the cell is missing."""
    trimmed = pc.utf8_trim_whitespace(cells)
    missing = pc.is_in(trimmed, value_set=pa.array(column.missing_words, pa.string()))
    return pc.if_else(missing, pa.scalar(None, pa.string()), trimmed) if pc.any(missing).as_py() else trimmed


def _converter(first: str, kind: Kind) -> Convert:
    """How cells of that kind are read; times all in the form of the first one."""
    if kind == "float":
        return lambda each: pc.cast(each, pa.float64())
    if kind == "int":
        return _to_int
    if re.fullmatch(_US_TIME, first):
        return _to_us_time
    # "2015-01-31" ends like an offset: only text after a time of day is an offset.
    zoned = ":" in first and _OFFSET.search(first[len("2015-01-31") :])
    return _to_zoned_time if zoned else _to_plain_time


def _form(cells: pa.ChunkedArray, column: Column, origin: Origin) -> str:
    """The first time of the file in this column; empty for other kinds and while there is none."""
    if column.kind != "time":
        return ""
    first = origin.firsts.get(column.name) or _first_present(cells)
    origin.firsts[column.name] = first
    return first


def _first_present(cells: pa.ChunkedArray) -> str:
    at = pc.index(pc.is_valid(cells), value=True).as_py()
    return "" if at < 0 else str(cells[at].as_py())


def _to_int(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    # Arrow's own conversion takes hexadecimal; a sensor that sends 0x10 has a defect.
    if pc.any(pc.match_substring(cells, "x", ignore_case=True)).as_py():
        raise pa.ArrowInvalid("hexadecimal")
    return pc.cast(pc.replace_substring_regex(cells, pattern=_WHOLE, replacement=r"\1"), pa.int64())


def _to_plain_time(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.assume_timezone(pc.cast(_to_microseconds(cells), pa.timestamp("us")), "UTC")


def _to_zoned_time(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.cast(_to_microseconds(cells), TYPES["time"])


def _to_microseconds(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """The times without what follows their microseconds: SQL Server and Data Explorer write seven digits."""
    if (pc.max(pc.utf8_length(cells)).as_py() or 0) < len("2015-01-31 06:00:00.1234567"):
        return cells
    return pc.replace_substring_regex(cells, pattern=_FINE, replacement=r"\1")


def _to_us_time(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    times = pc.strptime(cells, format=_US_FORMAT, unit="us", error_is_null=True)
    days = pc.cast(pc.replace_substring_regex(cells, pattern=_US_TIME, replacement=r"\2"), pa.int64())
    # The parser turns 30 February into 2 March; the day that comes out must be the day that went in.
    if times.null_count > cells.null_count or pc.any(pc.not_equal(pc.day(times), days)).as_py():
        raise pa.ArrowInvalid("not a date of that form")
    return pc.assume_timezone(times, "UTC")


def first_failing(cells: pa.ChunkedArray, convert: Convert) -> int:
    """The position of the first cell that `convert` refuses: the shortest prefix that fails, by bisection."""
    good, bad = 0, len(cells)
    while bad - good > 1:
        middle = (good + bad) // 2
        try:
            convert(cells.slice(good, middle - good))
            good = middle
        except pa.ArrowInvalid:
            bad = middle
    return good


def _refusal(cells: pa.ChunkedArray, at: int, column: Column, origin: Origin) -> Quarantined:
    value = cells[at].as_py()
    code, problem = _diagnosis(value, column.kind)
    return origin.refusal(code, problem, ACCEPTED[column.kind], column=column.name, row=at + 1, value=value)


def _diagnosis(value: str, kind: Kind) -> tuple[str, str]:
    if kind == "time":
        return "time", "is not a time in the column's form"
    if kind == "int" and re.fullmatch(r"[+-]?[0-9]+(\.0*)?", value):
        return "overflow", "does not fit in 64 bits"
    if kind == "int" and _SCIENTIFIC.fullmatch(value):
        return "type", "is not a whole number but a spreadsheet's rounded form of one, and its last digits may be lost"
    return "type", "is not a whole number" if kind == "int" else "is not a number"


def _refuse_infinite(values: pa.ChunkedArray, cells: pa.ChunkedArray, column: Column, origin: Origin) -> None:
    at = pc.index(pc.is_finite(values), value=False).as_py()
    if at >= 0:
        problem, value = "is not a finite number", cells[at].as_py()
        raise origin.refusal("not_finite", problem, ACCEPTED["float"], column=column.name, row=at + 1, value=value)
