"""What programs leave around the rows of a CSV text is taken off where the meaning is certain, else named by line."""

from __future__ import annotations

import io

import pyarrow as pa
import pytest

from shared.adapters.tables import ArrowTables
from shared.core.errors import Quarantined
from shared.core.scenario import Column, Table

TABLE = Table("t", (Column("a", "int"), Column("b", "float", nulls=True), Column("c", "text", nulls=True)), min_rows=0)
EMPTY = Table("t", tuple(Column(name, "text", nulls=True) for name in "abc"), min_rows=0)
ROWS = b"a,b,c\n1,2.5,x\n2,,\n"


def both(content: bytes, table: Table = TABLE) -> pa.Table:
    """The file as a whole, which is what its blocks are together."""
    whole = ArrowTables().read(io.BytesIO(content), "t.csv", table)
    blocks = list(ArrowTables().stream(io.BytesIO(content), "t.csv", table))
    assert pa.Table.from_batches(blocks).equals(whole)
    return whole


def refusal(content: bytes, table: Table = TABLE) -> Quarantined:
    """Why the file is refused, in one sentence from both ways of reading it."""
    with pytest.raises(Quarantined) as whole:
        ArrowTables().read(io.BytesIO(content), "t.csv", table)
    with pytest.raises(Quarantined) as blocks:
        list(ArrowTables().stream(io.BytesIO(content), "t.csv", table))
    assert whole.value.reason == blocks.value.reason.replace(" from there on", "")
    return whole.value


@pytest.mark.parametrize(
    "content",
    [
        b"sep=,\n" + ROWS,
        b"\xef\xbb\xbfsep=,\r\n" + ROWS.replace(b"\n", b"\r\n"),
        b"SEP=;\n" + ROWS.replace(b",", b";"),
        ROWS + b",,\n,,\n",
        ROWS + b"\n,,\n\n",
        ROWS + b",,",
        ROWS + b"\x1a",
        ROWS + b"\x1a\n",
        ROWS[:-1] + b"\x1a",
        ROWS + b",,\n\x1a",
        b"Unnamed: 0.1,Unnamed: 0,a,b,c\n0,0,1,2.5,x\n1,1,2,,\n",
        b",,a,b,c\n0,0,1,2.5,x\n1,1,2,,\n",
    ],
)
def test_the_rows_are_those_of_the_plain_text(content: bytes) -> None:
    """Rows and blocks alike."""
    assert both(content).equals(both(ROWS))


def test_empty_rows_far_behind_the_last_one_are_taken_off() -> None:
    """Also where they fill blocks of their own."""
    assert both(ROWS + b",,\n" * 3_000_000).equals(both(ROWS))


@pytest.mark.parametrize("content", [b"a,b,c\n1,2,x\n,,\n", b"a,b,c\n,,\n"])
def test_an_empty_row_stays_where_every_cell_may_be_missing(content: bytes) -> None:
    """Nobody can tell it from a row."""
    assert both(content, EMPTY).num_rows == content.count(b"\n") - 1


@pytest.mark.parametrize(
    ("content", "code", "line", "words"),
    [
        (b"sep=,\na,b,c\n1,2,x\nz,2,x\n", "type", 4, "'z' is not a whole number"),
        (b"a,b,c\n1,2,x\n,,\n2,2,x\n", "null", 3, "the cell is missing"),
        (b"a,b,c\n,,\n", "null", 2, "the cell is missing"),
        (b"a,b,c\n1,2,x\na,b,c\n2,2,x\n", "repeated_header", 3, "the header stands here again"),
        (b"a,b,c\n1,2,x\na,b,c\n", "repeated_header", 3, "the header stands here again"),
        (b"a,b,c\n1,2,x\na,b,cd\n", "type", 3, "'a' is not a whole number"),
        (b"a,b,c\npieces,kWh,\n2,2,x\n", "units_row", 2, "holds units or descriptions"),
        (b"a,b,c\nnone,2,\n2,2,x\n", "type", 2, "'none' is not a whole number"),
        (b"1,2.5,x\n2,,y\n", "no_header", 1, "the file has no header"),
        (b"# written by hand\na,b,c\n1,2,x\n", "no_header", 1, "the first line is a comment"),
    ],
)
def test_what_is_no_row_is_named_by_its_line(content: bytes, code: str, line: int, words: str) -> None:
    """With the cause, and not with the first cell that does not fit."""
    fault = refusal(content)
    assert (fault.reason_code, fault.line) == (code, line)
    assert words in fault.reason
    assert f"line {line}" in fault.reason


def test_a_header_among_texts_is_found() -> None:
    """In a table of texts every cell of it would be taken."""
    assert refusal(b"a,b,c\nx,y,z\na,b,c\n", EMPTY).reason_code == "repeated_header"


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("12\u00a03", "a value with an invisible character U+00A0 is not a whole number"),
        ("abc", "a value is not a whole"),
    ],
)
def test_the_sentence_for_a_personal_column_has_all_but_the_value(cell: str, told: str) -> None:
    """File, line, column and diagnosis."""
    fault = refusal(f"a,b,c\n1,2,x\n{cell},2,x\n".encode())
    assert fault.private.startswith(f"File 't.csv', line 3, column 'a': {told}")
    assert cell not in fault.private


@pytest.mark.parametrize(
    ("name", "words"), [("t.csv.bz2", "bzip2"), ("t.zip", "zip archive"), ("t.xlsx", "Excel workbook")]
)
def test_a_packed_file_is_told_by_its_name(name: str, words: str) -> None:
    """Nothing is unpacked."""
    with pytest.raises(Quarantined, match=words):
        ArrowTables().read(io.BytesIO(ROWS), name, TABLE)
