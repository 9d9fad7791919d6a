"""The structure of a CSV text by RFC 4180: where records end and where cells are separated, with respect to quotes.

Array code works on blocks of a few megabytes, so memory stays flat. A record ends at a line end outside quotes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from shared.adapters.tables.origin import Origin
from shared.core.errors import Quarantined
from shared.core.wording import counted

_BLOCK = 4 << 20
_QUOTE, _LF, _CR = 0x22, 0x0A, 0x0D
_ESCAPED = b'\\"'


@dataclass(frozen=True, slots=True)
class Structure:
    """The number of data rows (the last one may lack its line end), and whether a quoted cell holds a line end."""

    rows: int
    quoted_newlines: bool


@dataclass(frozen=True, slots=True)
class _Block:
    """Some bytes of the text from `start` on; `inside` says for each byte whether it is within quotes."""

    start: int
    view: np.ndarray
    inside: np.ndarray

    def outside(self, byte: int) -> np.ndarray:
        """Return the offsets (in the text) of that byte outside quotes."""
        found: np.ndarray = np.flatnonzero((self.view == byte) & ~self.inside) + self.start
        return found


def _blocks(text: bytes, stop: int | None = None) -> Iterator[_Block]:
    end, carry = len(text) if stop is None else stop, 0
    for start in range(0, end, _BLOCK):
        view = np.frombuffer(text, np.uint8, count=min(_BLOCK, end - start), offset=start)
        # A running count modulo 256 keeps what matters: whether it is odd.
        inside = (np.cumsum(view == _QUOTE, dtype=np.uint8) + carry) & 1
        carry = int(inside[-1])
        yield _Block(start, view, inside.astype(np.bool_))


def position_of(text: bytes, offset: int) -> tuple[int, int]:
    """Return the data row (0: the header) and the line (from 1) of the byte at `offset`."""
    line = text.count(b"\n", 0, offset) + 1
    if text.find(b'"', 0, offset) < 0:
        return line - 1, line
    return sum(len(block.outside(_LF)) for block in _blocks(text, offset)), line


def line_of(text: bytes, row: int) -> int:
    """Return the line (from 1) on which data row `row` (from 1) begins, quoted line ends counted."""
    before = 0
    for block in _blocks(text):
        ends = block.outside(_LF)
        if before + len(ends) >= row:
            return text.count(b"\n", 0, int(ends[row - before - 1])) + 2
        before += len(ends)
    return text.count(b"\n") + 1


def scan(text: bytes, delimiter: str, origin: Origin) -> Structure:
    """Return the structure; Quarantined for a stray or unterminated quote and for line ends of two kinds."""
    if b'"' not in text:
        ends, returns, pairs, quoted = text.count(b"\n"), text.count(b"\r"), text.count(b"\r\n"), False
    else:
        _check_quotes(text, delimiter, origin)
        ends, returns, pairs, quoted = _count_ends(text)
    if returns != pairs or pairs not in (0, ends):
        row, line = position_of(text, _first_odd_end(text))
        problem = "the line has another line end than the lines before it"
        raise origin.refusal("line_end", problem, "LF after every line, or CR LF after every line", row=row, line=line)
    return Structure(ends - text.endswith(b"\n"), quoted)


def _count_ends(text: bytes) -> tuple[int, int, int, bool]:
    ends = returns = pairs = 0
    whole = np.frombuffer(text, np.uint8)
    for block in _blocks(text):
        newlines = block.outside(_LF)
        ends += len(newlines)
        returns += len(block.outside(_CR))
        pairs += int((whole[np.maximum(newlines - 1, 0)] == _CR).sum())
    return ends, returns, pairs, ends < text.count(b"\n")


def last_record_end(text: bytes) -> int:
    """Return the offset after the last complete record of a text that begins with a record; 0 when there is none."""
    if b'"' not in text:
        return text.rfind(b"\n") + 1
    ends = [int(newlines[-1]) + 1 for block in _blocks(text) if len(newlines := block.outside(_LF))]
    return ends[-1] if ends else 0


def _first_odd_end(text: bytes) -> int:
    whole = np.frombuffer(text, np.uint8)
    first = text.find(b"\r\n") + 1
    windows = 0 < first == text.find(b"\n")
    odd = []
    for block in _blocks(text):
        newlines, returns = block.outside(_LF), block.outside(_CR)
        paired = whole[np.maximum(newlines - 1, 0)] == _CR
        odd.extend(newlines[paired != windows][:1].tolist())
        alone = whole[np.minimum(returns + 1, len(whole) - 1)] != _LF
        odd.extend(returns[alone][:1].tolist())
    return min(odd, default=len(text) - 1)


def _check_quotes(text: bytes, delimiter: str, origin: Origin) -> None:
    """Refuse a quote that does not open after, or close before, a delimiter or line end; a doubled quote is data."""
    whole = np.frombuffer(text, np.uint8)
    allowed = np.zeros(256, dtype=np.bool_)
    allowed[[ord(delimiter), _LF, _CR, _QUOTE]] = True
    opened = False
    for block in _blocks(text):
        at = np.flatnonzero(block.view == _QUOTE)
        opening = block.inside[at]
        at = at + block.start
        before = allowed[whole[np.maximum(at - 1, 0)]]
        after = allowed[whole[np.minimum(at + 1, len(whole) - 1)]]
        stray = at[~np.where(opening, before, after)]
        if len(stray):
            raise _quote(text, int(stray[0]), "there is a quotation mark inside a cell", origin)
        opened = bool(block.inside[-1])
    if opened:
        raise _quote(text, text.rfind(b'"'), "a quoted cell is opened and never closed", origin)


def _quote(text: bytes, offset: int, problem: str, origin: Origin) -> Quarantined:
    row, line = position_of(text, offset)
    accepted = "cells quoted as a whole, with quotation marks inside them doubled"
    if _ESCAPED in text[text.rfind(b"\n", 0, offset) + 1 : offset + 1]:
        problem = "a backslash stands before a quotation mark inside a cell"
    return origin.refusal("quote", problem, accepted, row=row, line=line)


def refuse_misshapen(text: bytes, delimiter: str, columns: int, longest: int, origin: Origin) -> None:
    """Refuse the first record with another number of cells than the header, or with more than `longest` bytes."""
    record, begin = 0, 0
    for ends, cells in _records(text, delimiter):
        lengths = np.diff(ends, prepend=begin)
        wrong = np.flatnonzero((cells != columns) | (lengths > longest))
        if len(wrong):
            first = int(wrong[0])
            start = int(ends[first]) - int(lengths[first])
            _, line = position_of(text, start + bool(record + first))
            if _ESCAPED in text[start : int(ends[first])]:
                raise _quote(text, start + text[start : int(ends[first])].rindex(_ESCAPED) + 1, "", origin)
            # Nothing but a line end has a length and no cell.
            blank = not text[start : int(ends[first])].strip(b"\r\n")
            found = (0 if blank else int(cells[first]), int(lengths[first]))
            raise _misshapen(record + first, line, found, (columns, longest), origin)
        record, begin = record + len(ends), int(ends[-1]) if len(ends) else begin


def _records(text: bytes, delimiter: str) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Per block: the offsets where records end, and how many cells each has."""
    open_cells = 0
    for block in _blocks(text):
        ends, marks = block.outside(_LF), block.outside(ord(delimiter))
        before = np.searchsorted(marks, ends)
        yield ends, np.diff(before, prepend=-open_cells) + 1
        open_cells = len(marks) - int(before[-1]) if len(ends) else open_cells + len(marks)
    if not text.endswith(b"\n"):
        yield np.array([len(text)]), np.array([open_cells + 1])


def _misshapen(row: int, line: int, found: tuple[int, int], wanted: tuple[int, int], origin: Origin) -> Quarantined:
    cells, length = found
    columns, longest = wanted
    if cells == columns:
        problem, accepted = f"the row is {length:,} bytes long", f"rows of at most {longest:,} bytes"
        return origin.refusal("cell_too_large", problem, accepted, row=row, line=line)
    problem = "the line is blank" if not cells else f"the row has {counted(cells, 'cell')}"
    return origin.refusal("ragged", problem, f"{counted(columns, 'cell')}, as in the header", row=row, line=line)
