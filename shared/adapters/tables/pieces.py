"""A CSV text in pieces of whole records, of a size that memory holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from shared.adapters.tables.limits import Limits
from shared.adapters.tables.structure import last_record_end

_BLOCK = 1 << 20
# A row holds several cells; the parser needs a whole row in one block.
_CELLS_PER_BLOCK = 4
# What a line or a row without a cell is made of, and how much of it waits for a row behind it or the end of the file.
_NOTHING = b"\r\n,;"
_LONGEST_END = 64 << 20


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole records of the text. `last` marks the end of the file, `torn` a record that is too long for a row."""

    text: bytes
    last: bool = False
    torn: bool = False


def pieces(source: BinaryIO, limits: Limits) -> Iterator[Piece]:
    """Yield the text cut between records; blank lines stay with the text after them."""
    size = limits.block_bytes
    text = source.read(size)
    while following := source.read(size):
        end = _cut(text)
        if end:
            yield Piece(text[:end])
        elif len(text) > longest(limits) + size and text.strip(_NOTHING):
            yield Piece(text, torn=True)
        text = text[end:] + following
    yield Piece(text, last=True)


def _cut(text: bytes) -> int:
    """Return the end of the complete records; 0 when there is nothing to read yet."""
    end = last_record_end(text)
    # Blank lines and empty rows at the end of the file are ignored, and this may be the end.
    content = len(text[:end].rstrip(_NOTHING))
    if len(text) - content > _LONGEST_END:
        return end
    return text.index(b"\n", content) + 1 if content else 0


def longest(limits: Limits) -> int:
    """The most bytes of a record."""
    return max(_BLOCK, _CELLS_PER_BLOCK * limits.cell_bytes)
