"""Bad CSV files: each is refused with its code, and its sentence names the line and the column."""

import gzip
import io

import pytest
from tabular import CALLS, HEADER, ROW, column_csv, lines, one, read, refusal

from shared.adapters.tables import ArrowTables, Limits
from shared.core.errors import Quarantined
from shared.core.scenario import Column, Table

GOOD = lines(ROW, ROW, ROW)

# name: (content, code, column, row, words in the sentence)
CORPUS = {
    "nothing at all": (b"", "empty", "", None, ["holds nothing"]),
    "blank lines only": (b"\r\n \n", "empty", "", None, []),
    "header only": (lines(), "no_rows", "", None, ["no data row"]),
    "header only, no line end": (HEADER.encode(), "no_rows", "", None, []),
    "longer row": (lines(ROW, ROW + ",extra", ROW), "ragged", "", 2, ["line 3", "5 cells", "4 cells"]),
    "row of one short cell": (lines(ROW, "3", ROW), "ragged", "", 2, ["line 3", "the row has 1 cell;"]),
    "shorter row": (lines(ROW, ROW, "30,1.5"), "ragged", "", 3, ["2 cells"]),
    "shorter last row without line end": (lines(ROW) + b"30,1.5,clerk", "ragged", "", 2, ["3 cells"]),
    "all rows longer": (lines("7," + ROW, "8," + ROW), "ragged", "", 1, ["line 2", "5 cells"]),
    "all rows end with a comma": (lines(ROW + ",", ROW + ","), "ragged", "", 1, []),
    "blank line between rows": (lines(ROW, "", ROW), "ragged", "", 2, ["blank"]),
    "blank line after the header": (lines("", ROW, ROW), "ragged", "", 1, ["blank"]),
    "tab": (GOOD.replace(b",", b"\t"), "delimiter", "", None, ["tab '\\t'", "comma ','", "semicolon ';'"]),
    "vertical bar": (GOOD.replace(b",", b"|"), "delimiter", "", None, ["vertical bar '|'"]),
    "blanks": (GOOD.replace(b",", b" "), "missing_column", "age", None, ["'age rate.pct job y'"]),
    "UTF-16": (GOOD.decode().encode("utf-16"), "encoding", "", None, ["UTF-16 (little-endian)"]),
    "UTF-16 without mark": (GOOD.decode().encode("utf-16-be"), "encoding", "", None, ["UTF-16 (big-endian)"]),
    "UTF-32": (GOOD.decode().encode("utf-32"), "encoding", "", None, ["UTF-32"]),
    "Latin-1": (f"{GOOD.decode()}3,1,Köchin,no\n".encode("latin-1"), "encoding", "", 4, ["0xf6", "Latin-1"]),
    "Windows-1252": (lines(ROW) + b"3,1,\x93cook\x94,no\n", "encoding", "", 2, ["Windows-1252", "line 3"]),
    "mixed encodings": (lines("3,1,Köchin,no") + b"3,1,K\xf6chin,no\n", "encoding", "", 2, ["0xf6"]),
    "unterminated quote": (lines(ROW, '30,1,"clerk,no', ROW, ROW), "quote", "", 2, ["never closed", "line 3"]),
    "unterminated quote before a quoted row": (lines(ROW, '1,2,"a,no', '1,2,"b",no'), "quote", "", 2, []),
    "text after a closing quote": (lines(ROW, '30,1,"cle"rk,no'), "quote", "", 2, ["inside a cell"]),
    "quote inside a bare cell": (lines(ROW, '30,1,5" nail,no'), "quote", "", 2, ["inside a cell"]),
    "quote open in the header": (lines(ROW, header='age,"rate.pct,job,y'), "quote", "", None, ["header"]),
    "NUL": (lines(ROW, ROW, "30,1,cl\0erk,no"), "nul", "", 3, ["line 4"]),
    "lone CR": (lines(ROW, "30,1,cl\rerk,no"), "line_end", "", 2, ["LF after every line"]),
    "CR only": (GOOD.replace(b"\n", b"\r"), "line_end", "", None, ["lone CR"]),
    "LF then CR LF": (lines(ROW) + ROW.encode() + b"\r\n", "line_end", "", 2, ["line 3"]),
    "CR LF then LF": (lines(ROW, ROW).replace(b"\n", b"\r\n") + ROW.encode() + b"\n", "line_end", "", 3, []),
    "duplicate header": (lines(ROW + ",3", header=HEADER + ",age"), "duplicate_column", "age", None, ["position 5"]),
    "missing column": (lines("30,1.5,no", header="age,rate.pct,y"), "missing_column", "job", None, ["'job'"]),
    "extra column": (lines(ROW + ",3", header=HEADER + ",x"), "extra_column", "x", None, ["'rate.pct'", "'x'"]),
    "another case": (lines(ROW, header=HEADER.replace("age", "Age")), "missing_column", "age", None, ["mean 'age'?"]),
    "a blank more": (lines(ROW, header=HEADER.replace("job", " job")), "missing_column", "job", None, ["mean 'job'?"]),
    "extra in another case": (lines(ROW + ",3", header=HEADER + ",Job"), "extra_column", "Job", None, ["mean 'job'?"]),
    "text for a number": (lines(ROW, "old,1,clerk,no"), "type", "age", 2, ["'old'", "whole number"]),
    "fraction for a whole number": (lines("1.5,1,clerk,no"), "type", "age", 1, ["'1.5'"]),
    "hexadecimal": (lines("0x10,1,clerk,no"), "type", "age", 1, ["'0x10'"]),
    "control characters": (lines(ROW, '"\x1b[31m\u202e\n",1,a,no'), "type", "age", 2, ["'\\x1b[31m\\u202e'"]),
    "decimal comma": (GOOD.replace(b",", b";").replace(b"1.5", b"1,5"), "type", "rate.pct", 1, ["'1,5'"]),
    "inf": (lines(ROW, "30,inf,clerk,no"), "not_finite", "rate.pct", 2, ["'inf'"]),
    "-inf": (lines(ROW, "30,-inf,clerk,no"), "not_finite", "rate.pct", 2, ["'-inf'"]),
    "beyond doubles": (lines(ROW, "30,1e400,clerk,no"), "not_finite", "rate.pct", 2, ["'1e400'"]),
    "NaN for a whole number": (lines(ROW, "nan,1,clerk,no"), "null", "age", 2, ["missing"]),
    "beyond 64 bits": (lines(ROW, "9223372036854775808,1,clerk,no"), "overflow", "age", 2, ["64 bits"]),
    "missing number": (lines(ROW, ",1,clerk,no", ",1,clerk,no"), "null", "age", 2, ["2 of 3"]),
    "NA where nulls are not allowed": (lines(ROW, "NA,1,clerk,no"), "null", "age", 2, []),
    "missing text": (lines(ROW, "30,1,,no"), "null", "job", 2, ["1 of 2"]),
    "below": (lines(ROW, "-1,1,clerk,no"), "range", "age", 2, ["'-1'", "at least 0"]),
    "above": (lines(ROW, "121,1,clerk,no", "999,1,clerk,no"), "range", "age", 2, ["at most 120", "2 rows"]),
    "unknown category": (lines(ROW, "30,1,clerk,maybe"), "category", "y", 2, ["'maybe'", "'no', 'yes'"]),
    "line end in a category": (lines(ROW, '30,1,clerk,"n\no"'), "category", "y", 2, ["'n\\no'"]),
    "gzip": (gzip.compress(GOOD), "compressed", "", None, ["gzip"]),
    "zip": (b"PK\x03\x04" + GOOD, "compressed", "", None, ["zip"]),
    "5 000 columns": (
        lines(",".join("1" * 5_000), header=",".join(f"c{n}" for n in range(5_000))),
        "too_many_columns", "", None, ["5,000", "2,000"],
    ),
    "a header without end": (b"a" * 2_000_000, "header_too_long", "", None, ["1,048,576"]),
    "a cell of 2 MB": (lines(ROW, f"30,1,{'a' * 2_000_000},no"), "cell_too_large", "job", 2, ["1,048,576"]),
    "a cell of 9 MB": (lines(ROW, f"30,1,{'a' * 9_000_000},no", ROW), "cell_too_large", "", 2, ["line 3"]),
}  # fmt: skip

# The quotation mark that is wrong stands on the line after the row's first.
_ELSEWHERE = {"unterminated quote before a quoted row"}


@pytest.mark.parametrize("case", CORPUS)
@pytest.mark.fault(52)
def test_a_bad_file_is_refused_with_code_column_and_row(case: str) -> None:
    """Every file of the corpus is refused for its own defect, where it stands."""
    content, code, column, row, words = CORPUS[case]
    fault = refusal(content)
    assert (fault.reason_code, fault.column, fault.row) == (code, column, row)
    assert row is None or f", line {fault.line}" in fault.reason
    assert row is None or case in _ELSEWHERE or fault.line == row + 1
    assert not column or f"column '{column}'" in fault.reason
    for word in words:
        assert word in fault.reason


@pytest.mark.fault(61)
def test_a_type_flip_deep_in_the_file_is_named() -> None:
    """Row 30 000 of 60 000 holds a word: its line, the column and the word are in the sentence."""
    rows = [ROW] * 60_000
    rows[29_999] = "30,1.5 EUR and a good deal more text than anyone wants to read,clerk,no"
    fault = refusal(lines(*rows))
    assert (fault.reason_code, fault.column, fault.row) == ("type", "rate.pct", 30_000)
    assert "line 30001, column 'rate.pct'" in fault.reason
    assert "'1.5 EUR and a good deal more text than …'" in fault.reason


@pytest.mark.fault(54)
def test_a_ragged_row_behind_quoted_line_ends_has_its_line() -> None:
    """Its line in the file is named, also beyond the first block of the scan; the fact `row` counts rows."""
    rows = ['30,1,"first\nsecond",no'] * 400_000
    rows[399_000] = "30,1,clerk"
    fault = refusal(lines(*rows))
    assert (fault.reason_code, fault.row) == ("ragged", 399_001)
    assert "line 798002" in fault.reason


@pytest.mark.parametrize(
    ("bad", "code"),
    [("old,1,clerk,no", "type"), (",1,clerk,no", "null"), ("121,1,clerk,no", "range"), ("1,1,clerk,maybe", "category")],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_cell_behind_quoted_line_ends_has_its_line(bad: str, code: str, end: str) -> None:
    """The line on which the row begins, as an editor shows it, whichever rule the cell breaks."""
    rows = ['30,1,"first\nsecond\nthird",no', ROW, '30,1,"first\nsecond",no', bad, '30,1,"last\none",no']
    content = lines(*rows).replace(b"\n", end.encode())
    fault = refusal(content)
    assert (fault.reason_code, fault.row, fault.line) == (code, 4, 8)
    assert "line 8, column" in fault.reason
    with pytest.raises(Quarantined) as streamed:
        list(ArrowTables().stream(io.BytesIO(content), "calls.csv", CALLS))
    assert (streamed.value.row, streamed.value.line) == (4, 8)


@pytest.mark.fault(53)
def test_the_first_bad_byte_is_found_in_any_block() -> None:
    """Multi-byte characters across block borders are no defect; the one Latin-1 byte behind them is."""
    content = lines(*["3,1,Köchin 你好,no"] * 300_000) + b"3,1,K\xf6chin,no\n"
    assert (fault := refusal(content)).reason_code == "encoding"
    assert fault.row == 300_001


def test_an_unknown_ending_is_refused() -> None:
    """The sentence names the endings that would be accepted."""
    fault = refusal(GOOD, name="calls.xlsx")
    assert fault.reason_code == "file_type"
    assert ".csv, .csv.gz, .csv.zst or .parquet" in fault.reason
    assert refusal(GOOD, name="calls").reason_code == "file_type"


@pytest.mark.fault(57)
def test_size_limits_come_before_parsing() -> None:
    """Bytes and rows x columns are bounded by the limits that were given."""
    assert refusal(GOOD, limits=Limits(file_bytes=20)).reason_code == "file_too_large"
    fault = refusal(GOOD, limits=Limits(cells=11))
    assert fault.reason_code == "too_many_cells"
    assert read(GOOD, limits=Limits(cells=12, file_bytes=len(GOOD))).num_rows == 3


@pytest.mark.fault(57)
def test_a_file_is_not_read_beyond_its_limit() -> None:
    """Of an endless stream the limit is read and no more."""

    class Endless(io.RawIOBase):
        taken = 0

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            self.taken += size
            return b"1" * size

    source = Endless()
    with pytest.raises(Quarantined, match="too large"):
        ArrowTables(Limits(file_bytes=10_000_000)).read(source, "a.csv", CALLS)  # type: ignore[arg-type]  # a raw stream
    assert source.taken == 10_000_001


@pytest.mark.parametrize(
    "cells",
    [
        ["2015-01-31 06:00:00", "31/01/2015 06:00"],
        ["01/31/2015 06:00:00 AM", "31/01/2015 06:00:00 AM"],
        ["01/31/2015 06:00:00 AM", "02/30/2015 06:00:00 AM"],
        ["01/31/2015 06:00:00 AM", "2015-01-31 06:00:00"],
        ["2015-01-31 06:00:00", "2015-01-31T06:00:00Z"],
        ["2015-01-31", "2015-02-30"],
        ["2015-01-31T06:00:00+02:00", "2015-01-31T06:00:00"],
        ["2015-01-31", "1420092000000"],
    ],
)
def test_a_time_in_another_form_is_refused(cells: list[str]) -> None:
    """One form per column; impossible dates and forms where day and month may be mistaken are named by row."""
    fault = refusal(column_csv(cells), one("time"))
    assert (fault.reason_code, fault.column, fault.row) == ("time", "x", 2)
    assert cells[1] in fault.reason
    assert "ISO 8601" in fault.reason


@pytest.mark.parametrize("cell", ["03/04/2015", "3.4.2015", "03/04/15 06:00:00 AM", "2015-01-01T00:00:00.1234567890"])
@pytest.mark.fault(61)
def test_a_form_of_time_that_could_be_misread_is_refused(cell: str) -> None:
    """Nothing guesses which number is the day, or takes a fraction that no clock writes."""
    assert refusal(column_csv([cell]), one("time")).reason_code == "time"


def test_a_whole_number_must_be_one_of_the_values() -> None:
    """`values` of a column of whole numbers are compared as numbers."""
    labels = one("int", values=("0", "1"))
    assert read(column_csv(["0", "1", "01"]), labels).column("x").to_pylist() == [0, 1, 1]
    assert refusal(column_csv(["0", "2"]), labels).reason_code == "category"


def test_a_file_without_any_column_of_an_all_optional_contract_is_refused() -> None:
    """Optional columns may be absent; all of them at once is another file."""
    table = Table("t", (Column("a", "int", optional=True), Column("b", "int", optional=True)))
    assert refusal(b"Unnamed: 0\n1\n", table, "t.csv").reason_code == "missing_column"
    assert read(b"b\n1\n", table).column("a").null_count == 1


def test_a_column_that_may_be_absent_is_not_called_missing() -> None:
    """Of another file too, only what it needs is missing; what it may have besides is told apart."""
    table = Table("t", (Column("a", "int"), Column("b", "int", optional=True), Column("c", "int")))
    told = refusal(b"x,y\n1,2\n", table, "t.csv").reason
    assert "columns are missing: 'a', 'c' (found 'x', 'y')" in told
    assert told.endswith("accepted: a header with 'a', 'c', and where known 'b'.")
