"""Rows are taken out of a delimited text file; every other byte stays as it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

_DELIMITERS = (",", ";", "\t", "|")
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


@dataclass(frozen=True, slots=True)
class TakenOut:
    """The bytes that are left, the rows that were taken out, and those that stay, by the names of the header."""

    content: bytes
    rows: tuple[Mapping[str, str], ...]
    kept: tuple[Mapping[str, str], ...] = ()


def without_rows(content: bytes, is_meant: Callable[[Mapping[str, str]], bool], *, with_kept: bool = False) -> TakenOut:
    """The file without the rows that are meant; as it was when none is. `with_kept` tells those that stay, too."""
    bom, codec, text = _decoded(content)
    left, rows, kept = [], [], []
    for lines, row in _records(text):
        if row is not None and is_meant(row):
            rows.append(row)
        else:
            left.append(lines)
            if with_kept and row:
                kept.append(row)
    if not rows:
        return TakenOut(content, (), tuple(kept))
    return TakenOut(bom + "".join(left).encode(codec), tuple(rows), tuple(kept))


def _decoded(content: bytes) -> tuple[bytes, str, str]:
    """The mark at the beginning, the codec and the text, which encodes to the same bytes again."""
    for bom, codec in _BOMS:
        if content.startswith(bom):
            return bom, codec, content.removeprefix(bom).decode(codec, errors="surrogatepass")
    try:
        return b"", "utf-8", content.decode()
    except UnicodeDecodeError:
        return b"", "latin-1", content.decode("latin-1")


def _records(text: str) -> Iterator[tuple[str, Mapping[str, str] | None]]:
    """Each record as it stands in the file, and its cells by name; None for what comes before the rows."""
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(lines, delimiter=_delimiter(lines))
    names, done = None, 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # What is no table has no rows: it is left to the search for the person's values.
            yield "".join(lines[done:]), None
            return
        written, done = "".join(lines[done : reader.line_num]), reader.line_num
        if names is None or not any(cells):
            names = names or _header(cells)
            yield written, None
        else:
            yield written, dict(zip(names, cells, strict=False))


def _header(cells: list[str]) -> list[str] | None:
    named = [cell.strip() for cell in cells]
    return None if not any(named) or named[0].startswith("sep=") else named


def _delimiter(lines: list[str]) -> str:
    for line in lines:
        if line.strip() and not line.startswith("sep="):
            return max(_DELIMITERS, key=line.count)
    return ","
