"""What programs leave around the rows of a CSV text: a line for a spreadsheet, rows without a cell, an end mark.

It is taken off where nothing else can be meant, and told with its line where it stands for something.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, BinaryIO

from shared.adapters.tables.structure import position_of
from shared.core.errors import Quarantined
from shared.core.scenario import Table

if TYPE_CHECKING:
    from shared.adapters.tables.header import Header
    from shared.adapters.tables.origin import Origin

# Spreadsheets read the delimiter from such a first line; the header says the same.
_HINT = re.compile(rb"(?:\xef\xbb\xbf)?sep=[^\r\n]\r?\n", re.IGNORECASE)
_HINT_BYTES = 16
# Programs of DOS end a text with Control-Z.
_END_MARK = b"\x1a"
_NUMBER = re.compile(r"\s*[+-]?[0-9.]")
# Fewer cells without a number are wrong values, and no row of units.
_FEW = 2


def skip_hint(source: BinaryIO) -> int:
    """Leave the file at its header; returns how many lines lie before it."""
    hint = _HINT.match(source.read(_HINT_BYTES))
    source.seek(hint.end() if hint else 0)
    return int(hint is not None)


def hint_length(text: bytes) -> int:
    """The bytes of the line that names the delimiter; 0 without one."""
    hint = _HINT.match(text[:_HINT_BYTES])
    return hint.end() if hint else 0


def without_end(text: bytes, header: Header, table: Table, before: int = 0) -> bytes:
    """The text without an end mark, and without blank lines and rows of empty cells after the last row.

    In a file of one column a blank line is a missing cell and stays; so do empty rows where every cell may be missing,
    and those of a file that has no other row (`before`: the rows before this text).
    """
    if _END_MARK in text[-_HINT_BYTES:]:
        text = text.rstrip(b"\r\n").removesuffix(_END_MARK)
    if len(header.names) < 2:  # noqa: PLR2004 - one column
        return text
    needed = any(column.name in header.names and not (column.nulls or column.optional) for column in table.columns)
    end = _end_of(text, b"\r\n" + header.delimiter.encode()) if needed else 0
    if end <= header.length and not before:
        end = _end_of(text, b"\r\n")
    return text[:end] if end else text


def _end_of(text: bytes, nothing: bytes) -> int:
    """Where the last line with another byte than these ends."""
    return text.find(b"\n", len(text.rstrip(nothing))) + 1


def refuse_repeated_header(text: bytes, header: Header, origin: Origin) -> None:
    """Quarantined when the line of the header stands among the rows again."""
    line = text[: header.length].rstrip(b"\r\n")
    at = text.find(b"\n" + line, header.length - 1) if len(header.names) > 1 else -1
    while at >= 0:
        if text[at + 1 + len(line) : at + 2 + len(line)] in (b"\n", b"\r", b""):
            row, number = position_of(text, at + 1)
            problem = "the header stands here again"
            raise origin.refusal("repeated_header", problem, "one header, as the first line", row=row, line=number)
        at = text.find(b"\n" + line, at + 1)


def units_row(fault: Quarantined, text: bytes, header: Header, table: Table, origin: Origin) -> Quarantined:
    """The refusal of the first row, or a better one when no cell of it that should be a number begins like one.

    One such cell says nothing: it is a wrong value.
    """
    if fault.reason_code != "type" or fault.row != 1:
        return fault
    line = text[header.length :].split(b"\n", 1)[0].decode("utf-8")
    cells = dict(zip(header.names, next(csv.reader([line], delimiter=header.delimiter), []), strict=False))
    numbers = [cells[one.name] for one in table.columns if one.kind in ("int", "float") and one.name in cells]
    if len(numbers) < _FEW or any(map(_NUMBER.match, numbers)):
        return fault
    problem = "the first row below the header holds units or descriptions, and no number"
    return origin.refusal("units_row", problem, "data from the line after the header on", row=1)
