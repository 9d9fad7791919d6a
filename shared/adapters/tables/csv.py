"""CSV under a contract: one typed pass over the buffer; when it fails, a second pass finds the line and the cell.

A large file is read in blocks of whole records, each with the header before it, by the same code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from shared.adapters.tables.carried import carried_columns
from shared.adapters.tables.header import Header, check_header, read_header
from shared.adapters.tables.kinds import TYPES, from_text, no_rows, plain_whole
from shared.adapters.tables.limits import Limits
from shared.adapters.tables.origin import Origin
from shared.adapters.tables.pieces import longest, pieces
from shared.adapters.tables.raw import decoded
from shared.adapters.tables.structure import Structure, line_of, refuse_misshapen, scan
from shared.adapters.tables.tidying import hint_length, refuse_repeated_header, skip_hint, units_row, without_end
from shared.core.errors import Quarantined
from shared.core.scenario import Column, Table


def read_csv(data: bytes, table: Table, limits: Limits, origin: Origin) -> tuple[Origin, dict[str, pa.ChunkedArray]]:
    """Return the contract's columns that the file has, in its types; Quarantined when the text breaks a rule.

    The origin knows the line of each row.
    """
    hint = hint_length(data)
    origin = replace(origin, lines=int(hint > 0))
    text = decoded(data[hint:], origin)
    header = read_header(text, table, limits, origin)
    check_header(header.names, table, limits, origin)
    text = without_end(text, header, table)
    refuse_repeated_header(text, header, origin)
    structure = scan(text, header.delimiter, origin)
    _check_size(structure.rows, header, table, limits, origin)
    here = _with_lines(origin, text, structure)
    return here, _Reader(text, header, structure, longest(limits), here).columns(table)


def _with_lines(origin: Origin, text: bytes, structure: Structure) -> Origin:
    """Return the origin with the lines of the text's rows, which are looked up for a refusal only."""
    quoted = structure.quoted_newlines
    return replace(origin, line_of=lambda row: line_of(text, row) if quoted else row + 1)


def csv_blocks(
    source: BinaryIO, table: Table, limits: Limits, origin: Origin
) -> Iterator[tuple[Origin, dict[str, pa.ChunkedArray]]]:
    """Yield block by block what `read_csv` reads; a few times `Limits.block_bytes` are in memory."""
    rows, lines = 0, skip_hint(source)
    head, header = b"", Header((), "", 0)
    for piece in pieces(source, limits):
        here = replace(origin.after(rows, lines), line_of=lambda row: row + 1)
        if piece.torn:
            raise _torn(head + piece.text, header.delimiter, limits, here)
        text = decoded(head + piece.text, here)
        if not head:
            header = read_header(text, table, limits, origin)
            check_header(header.names, table, limits, origin)
            head = text[: header.length]
        text = without_end(text, header, table, rows) if piece.last else text
        refuse_repeated_header(text, header, here)
        structure = scan(text, header.delimiter, here)
        rows += structure.rows
        lines += text.count(b"\n", len(head))
        if piece.last or structure.rows:
            _check_size(rows, header, table, limits, origin)
        if structure.rows or (piece.last and not rows):
            here = _with_lines(here, text, structure)
            yield here, _Reader(text, header, structure, longest(limits), here).columns(table)


def _torn(text: bytes, delimiter: str, limits: Limits, origin: Origin) -> Quarantined:
    """Return why a row does not end: an unclosed quotation mark, or its length."""
    try:
        scan(text, delimiter or ",", origin)
    except Quarantined as fault:
        return fault
    accepted = f"rows of at most {longest(limits):,} bytes"
    return origin.refusal("cell_too_large", "the row is too long", accepted, row=1)


def _check_size(rows: int, header: Header, table: Table, limits: Limits, origin: Origin) -> None:
    if rows < min(1, table.min_rows):
        raise origin.refusal("no_rows", "there is a header and no data row", "at least one data row")
    if rows * len(header.names) > limits.cells:
        problem = f"the file has {rows:,} rows of {len(header.names):,} cells"
        raise origin.refusal("too_many_cells", problem, f"at most {limits.cells:,} cells")


class _Reader:
    """Reads one text, once or twice."""

    def __init__(self, text: bytes, header: Header, structure: Structure, block: int, origin: Origin) -> None:
        self._text = text
        self._header = header
        self._structure = structure
        self._block = block
        self._origin = origin

    def columns(self, table: Table) -> dict[str, pa.ChunkedArray]:
        """The contract's columns that the file has, in the contract's types."""
        columns = [column for column in table.columns if column.name in self._header.names]
        columns += carried_columns(self._header.names, table)
        if not self._structure.rows:
            return no_rows(columns)
        try:
            return self.typed(columns) or self.careful(columns)
        except Quarantined as fault:
            raise units_row(fault, self._text, self._header, table, self._origin) from None

    def typed(self, columns: list[Column]) -> dict[str, pa.ChunkedArray] | None:
        """Return the columns by the parser's own conversions, or None when the text needs the careful way."""
        if self._needs_care():
            return None
        naming = [one for one in columns if one.kind == "int" and one.name in self._origin.naming]
        types = {one.name: TYPES[one.kind] for one in columns if one.kind != "time" and one not in naming}
        words = {column.missing_words for column in columns if column.kind in ("int", "float")}
        if len(words) > 1:
            # The parser knows one list of words for all columns.
            return None
        try:
            parsed = self._parse(types, columns, next(iter(words), ("",)))
        except pa.ArrowInvalid:
            return None
        if not all(_finite(parsed.column(column.name)) for column in columns if column.kind == "float"):
            return None
        texts = [column for column in columns if column.kind in ("text", "time")]
        converted = {column.name: from_text(parsed.column(column.name), column, self._origin) for column in texts}
        for column in naming:
            plain = plain_whole(parsed.column(column.name))
            if plain is None:
                return None
            converted[column.name] = plain
        return {column.name: converted.get(column.name, parsed.column(column.name)) for column in columns}

    def careful(self, columns: list[Column]) -> dict[str, pa.ChunkedArray]:
        """Return the columns from text, with our own rules for cells; Quarantined names the line."""
        refuse_misshapen(self._text, self._header.delimiter, len(self._header.names), self._block, self._origin)
        try:
            parsed = self._parse({}, columns)
        except pa.ArrowInvalid as fault:
            raise self._origin.refusal("unreadable", f"the parser says: {fault}", "CSV by RFC 4180") from fault
        return {column.name: from_text(parsed.column(column.name), column, self._origin) for column in columns}

    def _needs_care(self) -> bool:
        # The parser takes a blank line for a row of missing cells, and 0x10 for sixteen.
        blank = len(self._header.names) > 1 and (b"\n\n" in self._text or b"\n\r\n" in self._text)
        return blank or b"0x" in self._text or b"0X" in self._text

    def _parse(self, types: dict[str, pa.DataType], columns: list[Column], missing: tuple[str, ...] = ()) -> pa.Table:
        body = pa.py_buffer(self._text).slice(self._header.length)
        names = list(self._header.names)
        return csv.read_csv(
            pa.BufferReader(body),
            read_options=csv.ReadOptions(column_names=names, block_size=self._block),
            parse_options=csv.ParseOptions(
                delimiter=self._header.delimiter,
                newlines_in_values=self._structure.quoted_newlines,
                ignore_empty_lines=False,
            ),
            convert_options=csv.ConvertOptions(
                column_types={name: types.get(name, pa.string()) for name in names},
                include_columns=[column.name for column in columns],
                null_values=missing,
                strings_can_be_null=False,
            ),
        )


def _finite(values: pa.ChunkedArray) -> bool:
    return bool(pc.all(pc.is_finite(values)).as_py() is not False)
