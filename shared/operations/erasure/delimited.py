"""Rows are taken out of a delimited text file, record by record; every other byte stays as it is."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

_DELIMITERS = (",", ";", "\t", "|")
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_PIECE = 1 << 20

# A record as it stands in the file, and its cells by name; None for what is no row.
type Record = tuple[str, Mapping[str, str] | None]


@dataclass(frozen=True, slots=True)
class Delimited:
    """A text file, opened as often as it is read: the mark at its beginning and its codec give the same bytes again."""

    open: Callable[[], BinaryIO]
    mark: bytes
    codec: str

    @classmethod
    def of(cls, source: Callable[[], BinaryIO]) -> Delimited:
        """The file in its codec; what is no UTF-8 is read byte by byte."""
        with source() as opened:
            start = opened.read(3)
        for mark, codec in _BOMS:
            if start.startswith(mark):
                return cls(source, mark, codec)
        return cls(source, b"", "utf-8" if _is_utf8(source) else "latin-1")

    def records(self) -> Iterator[Record]:
        """Every record in order; one is in memory."""
        with self.open() as opened:
            opened.seek(len(self.mark))
            yield from _records(io.TextIOWrapper(opened, self.codec, "surrogatepass", newline=""))

    def write_without(self, is_meant: Callable[[Mapping[str, str]], bool], sink: BinaryIO) -> int:
        """Write the file without the rows that are meant; returns how many there are."""
        sink.write(self.mark)
        gone = 0
        for text, row in self.records():
            if row is not None and is_meant(row):
                gone += 1
            else:
                sink.write(text.encode(self.codec, "surrogatepass"))
        return gone


def without_rows(content: bytes, is_meant: Callable[[Mapping[str, str]], bool]) -> bytes:
    """The bytes of a file without the rows that are meant."""
    sink = io.BytesIO()
    Delimited.of(lambda: io.BytesIO(content)).write_without(is_meant, sink)
    return sink.getvalue()


def _is_utf8(source: Callable[[], BinaryIO]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with source() as opened:
        try:
            while piece := opened.read(_PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _records(lines: Iterator[str]) -> Iterator[Record]:
    head, read = _head(lines), list[str]()

    def told() -> Iterator[str]:
        for line in chain(head, lines):
            read.append(line)
            yield line

    rest = told()
    reader, names = csv.reader(rest, delimiter=_delimiter(head)), None
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # What is no table has no rows: it is left to the search for the person's values.
            yield "".join(read), None
            yield from ((line, None) for line in rest)
            return
        written = "".join(read)
        read.clear()
        if names is None or not any(cells):
            names = names or _header(cells)
            yield written, None
        else:
            yield written, dict(zip(names, cells, strict=False))


def _head(lines: Iterator[str]) -> list[str]:
    """The lines up to the first that says by what cells are separated."""
    head = []
    for line in lines:
        head.append(line)
        if _tells(line):
            break
    return head


def _tells(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("sep=")


def _header(cells: list[str]) -> list[str] | None:
    named = [cell.strip() for cell in cells]
    return None if not any(named) or named[0].startswith("sep=") else named


def _delimiter(head: list[str]) -> str:
    return max(_DELIMITERS, key=head[-1].count) if head and _tells(head[-1]) else ","
