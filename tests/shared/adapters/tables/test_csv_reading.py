"""Good CSV files in their variants, and what their cells become."""

import io
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from tabular import CALLS, HEADER, ROW, column_csv, lines, one, read

from shared.adapters.tables import Limits, header_of
from shared.adapters.tables.origin import Origin
from shared.adapters.tables.raw import decoded
from shared.core.scenario import Column, Table

GOOD = lines(ROW, "40,,cook,yes")
EXPECTED = {"age": [30, 40], "rate.pct": [1.5, None], "job": ["clerk", "cook"], "y": ["no", "yes"]}
VARIANTS = {
    "plain": GOOD,
    "byte order mark": b"\xef\xbb\xbf" + GOOD,
    "CR LF": GOOD.replace(b"\n", b"\r\n"),
    "no last line end": GOOD.rstrip(),
    "blank lines at the end": GOOD + b"\n\n",
    "blank CR LF lines at the end": (GOOD + b"\n").replace(b"\n", b"\r\n"),
    "semicolons": GOOD.replace(b",", b";"),
    "semicolons, quoted": b'"age";"rate.pct";"job";"y"\n30;1.5;"clerk";"no"\n40;;"cook";"yes"\n',
    "everything quoted": b'"age","rate.pct","job","y"\n"30","1.5","clerk","no"\n"40","","cook","yes"\n',
    "reordered": b"y,job,rate.pct,age\nno,clerk,1.5,30\nyes,cook,,40\n",
    "row index": b",age,rate.pct,job,y\n0,30,1.5,clerk,no\n1,40,,cook,yes\n",
    "named row index": b"Unnamed: 0,age,rate.pct,job,y\n0,30,1.5,clerk,no\n1,40,,cook,yes\n",
    "blanks around numbers": lines(" 30,1.5 ,clerk,no", "40 , ,cook,yes"),
    "whole numbers as a data frame writes them": lines("30.0,1.5,clerk,no", "40.,,cook,yes"),
    "a sign and an exponent": lines("+30,+15e-1,clerk,no", "40,,cook,yes"),
    "words for a missing number": lines("30,1.5,clerk,no", "40,NULL,cook,yes"),
}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.fault(53, 58)
def test_a_variant_reads_as_the_plain_file(variant: str) -> None:
    """Columns in the contract's order and types, whatever the file's own form."""
    table = read(VARIANTS[variant])
    assert table.to_pydict() == EXPECTED
    assert table.schema.names == HEADER.split(",")
    assert table.schema.types == [pa.int64(), pa.float64(), pa.string(), pa.string()]


@pytest.mark.fault(55)
def test_quoted_line_ends_quotes_and_delimiters_belong_to_the_cell() -> None:
    """A text may run over lines, in files with either line end."""
    for end in (b"\n", b"\r\n"):
        content = b'age,rate.pct,job,y\n30,1,"a ""b"", c\nd\r\n",no\n'.replace(b"y\n", b"y" + end).replace(
            b"no\n", b"no" + end
        )
        assert read(content).column("job").to_pylist() == ['a "b", c\nd']


def test_quoted_line_ends_survive_the_borders_of_blocks() -> None:
    """A file of several blocks in which nearly every line end is quoted."""
    text = "a\n" * 40 + "a"
    assert read(lines(*[f'30,1,"{text}",no'] * 100_000)).column("job").unique().to_pylist() == [text]


@pytest.mark.parametrize("shift", [0, 1, 2])
def test_characters_survive_the_borders_of_blocks(shift: int) -> None:
    """A character of three bytes may lie across the border in any way."""
    text = b"x" * shift + "你".encode() * 1_500_000
    assert decoded(text, Origin("t.csv", "t")) == text


def test_white_space_around_a_text_does_not_count() -> None:
    """As around a number: blanks of a fixed width, a blank after the comma, a no-break space."""
    content = lines("30,1,clerk   ,no", "30,1, clerk,no ", '30,1,"\tclerk\u00a0", no')
    table = read(content)
    assert (table.column("job").unique().to_pylist(), table.column("y").unique().to_pylist()) == (["clerk"], ["no"])


@pytest.mark.parametrize("word", ["NULL", "null", "N/A", "n/a", "#N/A", "NaN", "nan", "<NA>", " NULL "])
@pytest.mark.fault(58)
def test_a_word_for_a_missing_cell_is_no_text(word: str) -> None:
    """What databases, data frames and spreadsheets write for nothing."""
    table = Table("t", (Column("a", "int"), Column("b", "text", nulls=True)))
    assert read(f"a,b\n1,{word}\n2,x\n".encode(), table).column("b").to_pylist() == [None, "x"]


def test_words_that_may_mean_something_stay_text() -> None:
    """NA is a country and None an answer; a column may declare them, and its own values are never missing."""
    assert read(lines("30,1,NA,no", "30,1,None,no")).column("job").to_pylist() == ["NA", "None"]
    declared = Table("t", (Column("a", "int"), Column("b", "text", nulls=True, missing=("?", "NA"))))
    assert read(b"a,b\n1,?\n2,NA\n3,NULL\n", declared).column("b").to_pylist() == [None, None, "NULL"]
    own = Table("t", (Column("a", "int"), Column("b", "text", values=("NULL", "x"))))
    assert read(b"a,b\n1,NULL\n2,x\n", own).column("b").to_pylist() == ["NULL", "x"]


def test_a_column_of_numbers_may_declare_its_own_word() -> None:
    """It holds for that column alone, and the others keep theirs."""
    columns = (Column("a", "int", nulls=True, missing=("-999",)), Column("b", "int", nulls=True))
    table = read(b"a,b\n-999,-999\n2,NA\n", Table("t", columns))
    assert (table.column("a").to_pylist(), table.column("b").to_pylist()) == ([None, 2], [-999, None])


def test_nan_is_a_missing_number() -> None:
    """In CSV as in Parquet and in streams."""
    table = Table("t", (Column("a", "int", nulls=True), Column("b", "float", nulls=True)))
    found = read(b"a,b\nNaN,nan\n2,1.5\n", table)
    assert (found.column("a").to_pylist(), found.column("b").to_pylist()) == ([None, 2], [None, 1.5])


def test_an_empty_text_is_a_missing_text() -> None:
    """Quoted or not."""
    table = Table("t", (Column("a", "int"), Column("b", "text", nulls=True)))
    assert read(b'a,b\n1,\n2,""\n3,x\n', table).column("b").to_pylist() == [None, None, "x"]


def test_a_blank_line_in_a_lone_column_is_a_missing_cell() -> None:
    """Where a row has one cell, a blank line is a row."""
    table = Table("t", (Column("a", "float", nulls=True),))
    assert read(b"a\n1\n\n2\n\n", table).column("a").to_pylist() == [1.0, None, 2.0, None]


@pytest.mark.fault(58)
def test_zeros_and_denormals_are_numbers() -> None:
    """-0 keeps its sign and 5e-324 is not nothing; what is smaller is zero."""
    values = read(column_csv(["-0", "5e-324", "1e-400", "1.7976931348623157e308"]), one("float")).column("x")
    assert [str(value) for value in values.to_pylist()] == ["-0.0", "5e-324", "0.0", "1.7976931348623157e+308"]


def test_whole_numbers_are_exact() -> None:
    """Both ends of 64 bits survive, also when another cell sends the file the careful way."""
    ends = [str(-(2**63)), str(2**63 - 1)]
    assert read(column_csv(ends), one("int")).column("x").to_pylist() == [-(2**63), 2**63 - 1]
    assert read(column_csv([*ends, "7.0"]), one("int")).column("x").to_pylist() == [-(2**63), 2**63 - 1, 7]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2015-01-31 06:07:08", datetime(2015, 1, 31, 6, 7, 8, tzinfo=UTC)),
        ("2015-01-31T06:07:08.123456", datetime(2015, 1, 31, 6, 7, 8, 123456, tzinfo=UTC)),
        ("2015-01-31", datetime(2015, 1, 31, tzinfo=UTC)),
        ("2015-01-31 06:07:08.1234567", datetime(2015, 1, 31, 6, 7, 8, 123456, tzinfo=UTC)),
        ("2015-01-31T06:07:08.1234569+02:00", datetime(2015, 1, 31, 4, 7, 8, 123456, tzinfo=UTC)),
        ("2015-01-31T06:07:08.123456789Z", datetime(2015, 1, 31, 6, 7, 8, 123456, tzinfo=UTC)),
        ("2015-01-31T06:07:08Z", datetime(2015, 1, 31, 6, 7, 8, tzinfo=UTC)),
        ("2015-01-31T06:07:08+02:00", datetime(2015, 1, 31, 4, 7, 8, tzinfo=UTC)),
        ("2015-01-31T06:07:08-0730", datetime(2015, 1, 31, 13, 37, 8, tzinfo=UTC)),
        ("1/31/2015 6:07:08 AM", datetime(2015, 1, 31, 6, 7, 8, tzinfo=UTC)),
        ("01/31/2015 12:00:00 AM", datetime(2015, 1, 31, tzinfo=UTC)),
        ("01/31/2015 12:00:00 PM", datetime(2015, 1, 31, 12, tzinfo=UTC)),
        ("02/29/2016 11:59:59 pm", datetime(2016, 2, 29, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_times_become_utc_microseconds(cell: str, expected: datetime) -> None:
    """ISO 8601 with or without offset, or month/day/year with a 12-hour clock; missing cells stay missing."""
    table = read(column_csv(["", cell, "NA"]), one("time", nulls=True))
    assert table.schema.field("x").type == pa.timestamp("us", "UTC")
    assert table.column("x").to_pylist() == [None, expected, None]


def test_an_absent_optional_column_is_there_and_null() -> None:
    """The table has every column of the contract, in the contract's types."""
    table = Table("t", (Column("a", "int"), Column("at", "time", optional=True), Column("b", "int", optional=True)))
    got = read(b"a\n1\n2\n", table)
    assert got.to_pydict() == {"a": [1, 2], "at": [None, None], "b": [None, None]}
    assert got.schema.types == [pa.int64(), pa.timestamp("us", "UTC"), pa.int64()]


def test_long_cells_within_the_limit_are_whole() -> None:
    """A text of the longest allowed size beside short ones is read to its last character."""
    text = "ä" * 500_000
    assert read(lines(ROW, f"30,1,{text},no", ROW)).column("job").to_pylist()[1] == text
    limits = Limits(cell_bytes=8 << 20)
    assert read(lines(ROW, f"30,1,{text * 7},no", ROW), limits=limits).column("job").to_pylist()[1] == text * 7


def test_a_header_can_be_told_without_a_contract() -> None:
    """By either delimiter, with or without byte order mark; () for what cannot be read."""
    for content in (GOOD, b"\xef\xbb\xbf" + GOOD, VARIANTS["semicolons, quoted"], VARIANTS["CR LF"]):
        assert header_of(io.BytesIO(content), "CALLS.CSV") == ("age", "rate.pct", "job", "y")
    assert header_of(io.BytesIO(GOOD.decode().encode("utf-16")), "a.csv") == ()
    assert header_of(io.BytesIO(GOOD), "a.parquet") == ()
    assert header_of(io.BytesIO(GOOD), "a.txt") == ()
    assert header_of(io.BytesIO(b""), "a.csv") == ()


@pytest.mark.fault(56)
def test_the_column_order_is_the_contracts() -> None:
    """`without` of a contract takes files without that column."""
    scoring = CALLS.without("y")
    assert read(b"job,age,rate.pct\nclerk,30,1\n", scoring).schema.names == ["age", "rate.pct", "job"]
